# SPDX-License-Identifier: Apache-2.0
"""Fair: c^2 (x - log(1 + x)), x = |prediction - target|/c."""

from mpmath import log

import samples

KIND = "pointwise"
OPTIONS = {"scale": 1.0}


def loss(prediction, target, o):
    x = abs(prediction - target) / o.scale
    return o.scale**2 * (x - log(1 + x))


def kink(prediction, target, o):
    # The third derivative jumps at 0, so that differences of both sides have no limit but this one.
    if prediction == target:
        return {"gradient": 0, "hessian": 1}


def groups(random):
    for scale in (1.0, 0.3, 50.0, 1e-8, 1e100):
        points = samples.errors(random, scale, 60 if scale == 1 else 15)
        points += [(x * scale, 0.0) for x in (0.41, 0.415, 0.42, 0.5, 0.9, 1.8, 1.9)]
        yield {} if scale == 1 else {"scale": scale}, points
