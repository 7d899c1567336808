# SPDX-License-Identifier: Apache-2.0
"""CORN: the sum of log(1 + e^z) - y z over the levels k from 0 to the rank, times the weight of the rank.

The rank is the number of ones, or is given itself.
"""

from mpmath import exp, fsum, log, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"class_weights": None}


def loss(predictions, targets, o):
    y = targets if isinstance(targets, list) else levels(targets, len(predictions))
    rank = sum(x == 1 for x in y)
    weight = o.class_weights[rank] if o.class_weights else mpf(1)
    return weight * fsum(log(1 + exp(z)) - y * z for k, (z, y) in enumerate(zip(predictions, y)) if k <= rank)


def levels(rank, size):
    return [float(k < rank) for k in range(size)]


def groups(random):
    pairs = [([random.uniform(-6, 6) for _ in range(size)], levels(rank, size))
             for size in (1, 2, 3, 4, 7, 8, 9, 17) for rank in {0, 1, size // 2, size}]
    pairs += [(samples.LOGITS, levels(rank, len(samples.LOGITS))) for rank in (0, 5, len(samples.LOGITS))]
    yield {}, pairs
    yield {}, [([random.uniform(-6, 6) for _ in range(size)], rank) for size in (1, 3, 9) for rank in (0, 1, size)]
    three = [[random.uniform(-6, 6) for _ in range(3)] for rank in range(4)]
    for weights in ([0.3, 1.0, 4.0, 2.5], [0.0, 1e100, 1.0, 1e-100]):
        yield {"class_weights": weights}, [(row, rank) for rank, row in enumerate(three)] + [(three[1], levels(2, 3))]
