# SPDX-License-Identifier: Apache-2.0
"""Geometric-mean policy optimization: -a e^(mean c), c = min(p - o, h) for a > 0, else max(p - o, -l)."""

from mpmath import fsum, mpf

import sequences
from preferences import power

KIND = "arrays"
DIFFERENTIABLE = (0, 1, 2)
OPTIONS = {"clip_low": 0.2, "clip_high": 0.2}


def loss(logprobs, old_logprobs, advantages, token_mask, o):
    ratios = sequences.counted([p - q for p, q in zip(logprobs, old_logprobs)], token_mask)
    if not ratios:
        return mpf(0)
    clipped = [min(d, o.clip_high) if advantages > 0 else max(d, -o.clip_low) for d in ratios]
    return -advantages * power(min(fsum(clipped) / len(clipped), mpf(5000)))


def groups(random):
    for low, high in ((0.2, 0.2), (0.4, 0.3), (0.01, 0.02), (100.0, 100.0)):
        given = {"clip_low": low, "clip_high": high}
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, sequences.points(random, -low, high)
