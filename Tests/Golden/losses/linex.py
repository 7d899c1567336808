# SPDX-License-Identifier: Apache-2.0
"""Linex: e^x - x - 1, x = asymmetry (prediction - target)."""

from mpmath import exp

import samples

KIND = "pointwise"
OPTIONS = {"asymmetry": 1.0}


def loss(prediction, target, o):
    x = o.asymmetry * (prediction - target)
    return exp(x) - x - 1


def kink(prediction, target, o):
    # Differences of both sides have an error that is large beside 0.
    if prediction == target:
        return {"gradient": 0}


def groups(random):
    for asymmetry in (1.0, -1.0, 0.3, -50.0, 1e-8, 1e10):
        scale = 1 / abs(asymmetry)
        points = [(r, 0.0) for r in samples.RESIDUALS if r != 1e30]
        points += [(random.uniform(-3, 3) * scale, random.uniform(-3, 3) * scale) for _ in range(40)]
        points += [(random.uniform(-750, 705) * scale, 0.0) for _ in range(10)]
        points += [(r * scale, 0.0) for r in samples.around(1.375) + samples.around(0.34657) + samples.around(100.0)]
        points += [(samples.signed(random, -40, 0) * scale, 0.0) for _ in range(20)]
        points = [(p, t) for p, t in points if abs(asymmetry * (p - t)) < 800]
        points += [(-r / asymmetry, 0.0) for r in (1e4, 1e30)]
        yield {} if asymmetry == 1 else {"asymmetry": asymmetry}, points
