# SPDX-License-Identifier: Apache-2.0
"""Dynamic fine-tuning: -e^p p, where e^p counts as constant."""

import samples
from preferences import power

KIND = "inputs"
OPTIONS = {}


def loss(logprobs, o):
    return -power(logprobs) * logprobs


def kink(logprobs, o):
    return {0: [{"gradient": -power(logprobs), "hessian": 0}]}


def groups(random):
    logits = [x for x in samples.LOGITS if x < 705]
    yield {}, [(x,) for x in logits + [-random.uniform(0, 40) for _ in range(60)] + [samples.signed(random, -300, 8) for _ in range(40)]
               if x < 700]
