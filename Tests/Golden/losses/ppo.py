# SPDX-License-Identifier: Apache-2.0
"""Proximal policy optimization: max(-q a, -clip(q, 1 - l, 1 + h) a), at most -c a for a < 0, q = e^(p - o)."""

from mpmath import log1p, mpf, workdps

import policies
import samples
from preferences import power

KIND = "inputs"
OPTIONS = {"clip_low": 0.2, "clip_high": 0.2, "dual_clip": 0.0}


def loss(logprobs, old_logprobs, advantages, o):
    # Beyond, every bound applies.
    ratio = power(min(logprobs - old_logprobs, mpf(5000)))
    value = max(-ratio * advantages, -min(max(ratio, 1 - o.clip_low), 1 + o.clip_high) * advantages)
    return min(value, -o.dual_clip * advantages) if o.dual_clip and advantages < 0 else value


def kink(logprobs, old_logprobs, advantages, o):
    """The ratio at a bound counts as inside; without an advantage, as with a negative one."""
    ratio = power(min(logprobs - old_logprobs, mpf(5000)))
    stated = {}
    if ratio == 1:
        stated = {0: [{"gradient": -advantages, "hessian": -advantages}], 1: [{"gradient": advantages, "hessian": -advantages}]}
    if advantages == 0:
        slope = max(ratio, 1 - o.clip_low)
        stated[2] = [{"gradient": -(min(slope, o.dual_clip) if o.dual_clip else slope), "hessian": 0}]
    return stated


def groups(random):
    for low, high, dual in ((0.2, 0.2, 0.0), (0.2, 0.28, 3.0), (0.1, 0.1, 1.0), (0.0, 0.0, 0.0), (1.0, 5.0, 10.0), (3e-4, 4e-4, 0.0)):
        given = {"clip_low": low, "clip_high": high, "dual_clip": dual}
        with workdps(60):
            zeros = [float(log1p(mpf(x))) for x in (-low, high, dual - 1) if x > -1]
        chosen = {name: x for name, x in given.items() if x != OPTIONS[name]}
        points = policies.tokens(random, *[x for x in zeros if x], count=10)
        yield chosen, points + [(samples.above(x), 0.0, a) for x in zeros for a in (1.0, -1.0)]
