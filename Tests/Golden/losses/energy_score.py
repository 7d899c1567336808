# SPDX-License-Identifier: Apache-2.0
"""The energy score: sum |x_i - t|/M - sum |x_i - x_j|/(2 D), D = M^2 or M (M - 1), of vectors."""

from mpmath import fsum, mpf, sqrt

import samples

KIND = "arrays"
DIFFERENTIABLE = (0, 1)
OPTIONS = {"estimator": "standard"}


def distance(a, b):
    return sqrt(fsum((x - y) ** 2 for x, y in zip(a, b)))


def divisor(members, o):
    count = len(members)
    return count * (count - 1) if o.estimator == "fair" and count > 1 else count**2


def loss(predictions, targets, o):
    spread = fsum(distance(x, y) for i, x in enumerate(predictions) for y in predictions[:i])
    return fsum(distance(x, targets) for x in predictions) / len(predictions) - spread / divisor(predictions, o)


def terms(predictions, targets, o):
    """The largest distance, slopes of at most 1, and the reciprocal of the smallest distance."""
    pairs = [distance(x, y) for i, x in enumerate(predictions) for y in predictions[:i]]
    errors = [distance(x, targets) for x in predictions]
    size = divisor(predictions, o)
    bend = max([1 / (x * len(predictions)) for x in errors] + [1 / (x * size) for x in pairs])
    return [max(errors + pairs), 1, 1, bend, bend]


def groups(random):
    def rows(count, size, spread=1):
        return [[random.gauss(0, spread) for _ in range(size)] for _ in range(count)]

    points = [(rows(count, size), rows(1, size)[0]) for count, size in ((1, 1), (1, 3), (2, 1), (2, 2), (3, 5), (5, 2), (8, 3), (9, 2), (12, 1), (4, 9))]
    # Members far from 0 and near each other, of all sizes, and with coordinates of other sizes.
    points += [([[1e8 + random.random(), -1e8 + random.random()] for _ in range(4)], [1e8, -1e8])]
    points += [([[samples.signed(random, -300, 300) for _ in range(3)] for _ in range(3)], [samples.signed(random, -300, 300) for _ in range(3)])]
    points += [([[1e-200, 0.0], [0.0, 1e-200], [3e-200, -1e-210]], [1e-205, 1e-200]), ([[1e100, 1.0], [-1e100, 2.0]], [0.0, 3.0])]
    points += [([[1.0, 2.0], [1.0, 2.0 + 2.0**-50], [1.0 + 2.0**-52, 2.0]], [1.0, 2.0 - 2.0**-51])]
    yield {}, points
    yield {"estimator": "fair"}, points
