# SPDX-License-Identifier: Apache-2.0
"""Absolute error: |prediction - target|. At a residual of 0 the gradient is 0, and so is the Hessian."""

import samples

SEED = "mae"
KIND = "pointwise"
OPTIONS = {}


def loss(prediction, target, o):
    return abs(prediction - target)


def kink(prediction, target, o):
    if prediction == target:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    points = [(r, 0.0) for r in samples.RESIDUALS] + [(0.0, r) for r in samples.RESIDUALS]
    points += [(t + r, t) for t in (1.0, -3.5, 1e8) for r in samples.RESIDUALS]
    points += [(5e-324, 0.0), (0.0, 5e-324), (1e308, 1e307), (8e307, -1e307)]
    points += [(random.uniform(-10, 10), random.uniform(-10, 10)) for _ in range(50)]
    points += [(samples.signed(random, -1000, 1000), samples.signed(random, -1000, 1000)) for _ in range(50)]
    for _ in range(30):
        target = samples.signed(random, -30, 30)
        points.append((random.choice([samples.above, samples.below])(target), target))
    yield {}, points
