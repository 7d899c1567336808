# SPDX-License-Identifier: Apache-2.0
"""The symmetric percentage error: 2 |p - t| / (|p| + |t|), and 0 at p = t = 0.

At p = t the gradient is 0, and so is the Hessian; at p = 0 both are those of the other sign, 0.
"""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {}


def loss(prediction, target, o):
    if prediction == target == 0:
        return mpf(0)
    return 2 * abs(prediction - target) / (abs(prediction) + abs(target))


def kink(prediction, target, o):
    if prediction == target or prediction == 0:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    points = samples.errors(random, 1.0, 40)
    points += [(1.7e308, 1.6e308), (1.7e308, -1.6e308), (-1e-8, 1.0), (-2.0, -3.0), (-3.0, -2.0)]
    yield {}, points + [(p, 3.0) for p in samples.near(3.0)]
