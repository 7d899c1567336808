# SPDX-License-Identifier: Apache-2.0
"""Clipped importance sampling: -w a p, w = clip(e^(p - o), ratio_min, ratio_max), which counts as constant."""

from mpmath import log, mpf, workdps

import policies
from preferences import power

KIND = "inputs"
OPTIONS = {"ratio_min": 0.0, "ratio_max": 5.0}


def weight(logprobs, old_logprobs, o):
    return min(max(power(min(logprobs - old_logprobs, mpf(5000))), o.ratio_min), o.ratio_max)


def loss(logprobs, old_logprobs, advantages, o):
    return -weight(logprobs, old_logprobs, o) * advantages * logprobs


def kink(logprobs, old_logprobs, advantages, o):
    constant = {"gradient": -weight(logprobs, old_logprobs, o) * advantages, "hessian": 0}
    return {0: [constant], 1: [{"gradient": 0, "hessian": 0}]}


def groups(random):
    for least, greatest in ((0.0, 5.0), (0.0, 4.0), (0.8, 1.2), (0.0, 0.2), (1.0, 1.0)):
        given = {"ratio_min": least, "ratio_max": greatest}
        with workdps(60):
            zeros = [float(log(mpf(x))) for x in (least, greatest) if x not in (0, 1)]
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, policies.tokens(random, *zeros, count=10)
