# SPDX-License-Identifier: Apache-2.0
"""CORAL: c sum_k log(1 + e^z) - y z, y the levels of a rank, or the rank itself, and c the weight of the rank."""

from mpmath import exp, fsum, log, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"class_weights": None}


def loss(predictions, targets, o):
    y = targets if isinstance(targets, list) else levels(targets, len(predictions))
    return weight(y, o) * fsum(log(1 + exp(z)) - y * z for z, y in zip(predictions, y))


def weight(levels, o):
    return o.class_weights[sum(y == 1 for y in levels)] if o.class_weights else mpf(1)


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
    yield {}, [([random.uniform(-6, 6) for _ in range(size)], rank) for size in (1, 3, 9) for rank in (0, 1, size)]
    three = [[random.uniform(-6, 6) for _ in range(3)] for rank in range(4)]
    for weights in ([0.3, 1.0, 4.0, 2.5], [0.0, 1e100, 1.0, 1e-100]):
        yield {"class_weights": weights}, [(row, rank) for rank, row in enumerate(three)] + [(three[1], levels(2, 3))]
