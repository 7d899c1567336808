# SPDX-License-Identifier: Apache-2.0
"""Squared error: (prediction - target)^2."""

import samples

SEED = "mse"
KIND = "pointwise"
OPTIONS = {}


def loss(prediction, target, o):
    return (prediction - target) ** 2


def groups(random):
    points = [(r, 0.0) for r in samples.RESIDUALS] + [(0.0, r) for r in samples.RESIDUALS]
    points += [(t + r, t) for t in (1.0, -3.5, 1e8) for r in samples.RESIDUALS]
    points += [(random.uniform(-10, 10), random.uniform(-10, 10)) for _ in range(60)]
    points += [(samples.signed(random, -400, 500), samples.signed(random, -400, 500)) for _ in range(50)]
    points += [(samples.signed(random, -540, -500), 0.0) for _ in range(10)]  # squares that are subnormal
    for _ in range(30):
        target = samples.signed(random, -30, 30)
        points.append((random.choice([samples.above, samples.below])(target), target))
    yield {}, points
