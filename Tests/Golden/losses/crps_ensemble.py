# SPDX-License-Identifier: Apache-2.0
"""The CRPS of an ensemble: sum |x_i - t|/M - sum |x_i - x_j|/(2 D), D = M^2 or M (M - 1)."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = (0, 1)
OPTIONS = {"estimator": "standard"}


def divisor(members, o):
    count = len(members)
    return count * (count - 1) if o.estimator == "fair" and count > 1 else count**2


def loss(predictions, targets, o):
    spread = fsum(abs(x - y) for x in predictions for y in predictions)
    return fsum(abs(x - targets) for x in predictions) / len(predictions) - spread / (2 * divisor(predictions, o))


def terms(predictions, targets, o):
    """The largest distance in the loss."""
    return [max(abs(x - targets) for x in predictions), 0, 0, 0, 0]


def groups(random):
    for estimator in ("standard", "fair"):
        rows = [[random.gauss(0, 1) for _ in range(size)] for size in (1, 2, 3, 4, 5, 8, 9, 17, 40)]
        rows += [[samples.signed(random, -60, 60) for _ in range(size)] for size in (2, 3, 7)]
        # Members far from 0, and near each other.
        rows += [[1e8 + random.random() for _ in range(6)], [1 + k * 2.0**-52 for k in (3, 0, 7, 1)], [1e100, -1e100, 3.0]]
        points = [(row, random.uniform(-1, 1)) for row in rows] + [(row, row[0] + 2.0**-40) for row in rows if abs(row[0]) < 1e9]
        # All members on one side of the target, where the fair score is smallest.
        points += [([1.0, 2.0], 0.0), ([1.0, 3.0], 2.0), ([-1.0, 1.0, 0.25], 1e-300)]
        points = [(row, goal) for row, goal in points if goal not in row]
        yield {} if estimator == "standard" else {"estimator": estimator}, points
