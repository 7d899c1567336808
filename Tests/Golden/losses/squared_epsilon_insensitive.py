# SPDX-License-Identifier: Apache-2.0
"""The square of the epsilon-insensitive loss: max(0, |prediction - target| - tolerance)^2.

At the tolerance the second derivative jumps; it is taken from the inner side, 0.
"""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"tolerance": 0.1}


def loss(prediction, target, o):
    return max(mpf(0), abs(prediction - target) - o.tolerance) ** 2


def kink(prediction, target, o):
    if abs(prediction - target) == o.tolerance:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    for tolerance in (0.1, 1.0, 50.0, 1e-8, 1e150, 0.0):
        points = samples.errors(random, tolerance or 1.0, 15) + [(r, 0.0) for r in samples.near(tolerance or 1.0)]
        yield {} if tolerance == 0.1 else {"tolerance": tolerance}, points
    yield {"tolerance": 1.0}, [
        (0.24445526225236106, -0.755544737747639), (-0.24445526225236106, 0.755544737747639),
        (1.0, 2.0**-60), (1.0, -(2.0**-60)), (-1.0, 2.0**-60), (-1.0, -(2.0**-60)),
    ]
