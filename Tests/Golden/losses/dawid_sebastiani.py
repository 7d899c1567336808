# SPDX-License-Identifier: Apache-2.0
"""The score of Dawid and Sebastiani: ((m - t)/s)^2 + 2 log s."""

from mpmath import log, mpf, sqrt, workdps

import forecasts
import samples

KIND = "inputs"
OPTIONS = {}


def loss(mean, deviation, target, o):
    return ((mean - target) / deviation) ** 2 + 2 * log(deviation)


def terms(mean, deviation, target, o):
    """The largest terms of the loss, and of gradient and Hessian in the standard deviation."""
    square = ((mean - target) / deviation) ** 2
    return [max(square, abs(2 * log(deviation))), 0, 2 * max(1, square) / deviation, 0, 0, 2 * max(1, 3 * square) / deviation**2, 0]


def groups(random):
    points = forecasts.points(random, 1.0, 0.5773502691896258)
    for deviation in (0.5, 1e-3, 0.99):
        # Where the loss is 0.
        with workdps(60):
            root = float(deviation * sqrt(-2 * log(mpf(deviation))))
        points += [(x, deviation, 0.0) for x in samples.near(root, 9)]
    # Exact zeros have no digits to compare.
    yield {}, [(m, s, t) for m, s, t in points if abs(m - t) != s]
