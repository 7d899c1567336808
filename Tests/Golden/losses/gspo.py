# SPDX-License-Identifier: Apache-2.0
"""Group sequence policy optimization: max(-q a, -clip(q, 1 - l, 1 + h) a), q = e^(mean (p - o)); times n by length."""

from mpmath import fsum, log1p, mpf, workdps

import sequences
from preferences import power

KIND = "arrays"
DIFFERENTIABLE = (0, 1, 2)
OPTIONS = {"clip_low": 3e-4, "clip_high": 4e-4, "weight_by_length": False}


def loss(logprobs, old_logprobs, advantages, token_mask, o):
    ratios = sequences.counted([p - q for p, q in zip(logprobs, old_logprobs)], token_mask)
    if not ratios:
        return mpf(0)
    ratio = power(min(fsum(ratios) / len(ratios), mpf(5000)))
    value = max(-ratio * advantages, -min(max(ratio, 1 - o.clip_low), 1 + o.clip_high) * advantages)
    return value * len(ratios) if o.weight_by_length else value


def groups(random):
    for low, high, by_length in ((3e-4, 4e-4, False), (0.2, 0.28, False), (0.2, 0.2, True), (1.0, 1e3, False)):
        given = {"clip_low": low, "clip_high": high, "weight_by_length": by_length}
        with workdps(60):
            means = [float(log1p(mpf(x))) for x in (-low, high) if x > -1]
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, sequences.points(random, *means)
