# SPDX-License-Identifier: Apache-2.0
"""CORN: the sum of log(1 + e^z) - y z over the levels k from 0 to the rank, which is the number of ones."""

from mpmath import exp, fsum, log

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {}


def loss(predictions, targets, o):
    rank = sum(y == 1 for y in targets)
    return fsum(log(1 + exp(z)) - y * z for k, (z, y) in enumerate(zip(predictions, targets)) if k <= rank)


def levels(rank, size):
    return [float(k < rank) for k in range(size)]


def groups(random):
    pairs = [([random.uniform(-6, 6) for _ in range(size)], levels(rank, size))
             for size in (1, 2, 3, 4, 7, 8, 9, 17) for rank in {0, 1, size // 2, size}]
    pairs += [(samples.LOGITS, levels(rank, len(samples.LOGITS))) for rank in (0, 5, len(samples.LOGITS))]
    yield {}, pairs
