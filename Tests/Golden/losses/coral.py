# SPDX-License-Identifier: Apache-2.0
"""CORAL: sum_k log(1 + e^z) - y z."""

from mpmath import exp, fsum, log

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {}


def loss(predictions, targets, o):
    return fsum(log(1 + exp(z)) - y * z for z, y in zip(predictions, targets))


def levels(rank, size):
    return [float(k < rank) for k in range(size)]


def rows(random):
    pairs = [([random.uniform(-6, 6) for _ in range(size)], levels(random.randint(0, size), size))
             for size in (1, 2, 3, 4, 7, 8, 9, 17) for _ in range(3)]
    pairs += [(samples.LOGITS, levels(rank, len(samples.LOGITS))) for rank in (0, 5, len(samples.LOGITS))]
    pairs += [([z], [y]) for z in samples.LOGITS for y in (0.0, 1.0) if abs(z) < 1e4 or (z > 0) != (y > 0)]
    return pairs


def groups(random):
    yield {}, rows(random)
