# SPDX-License-Identifier: Apache-2.0
"""Tukey's biweight: c^2/6 (1 - max(0, 1 - ((prediction - target)/c)^2)^3)."""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"scale": 4.685}


def loss(prediction, target, o):
    return o.scale**2 / 6 * (1 - max(mpf(0), 1 - ((prediction - target) / o.scale) ** 2) ** 3)


def kink(prediction, target, o):
    # The third derivative jumps there.
    if abs(prediction - target) == o.scale:
        return {"gradient": 0, "hessian": 0}


def terms(prediction, target, o):
    u = ((prediction - target) / o.scale) ** 2
    if u >= 1:
        return {}
    # Both factors of the Hessian, and the one of the gradient, are differences.
    r = abs(prediction - target)
    return {"gradient": r, "hessian": max(1 - u, abs(1 - 5 * u), 2.0**-52)}


def groups(random):
    for scale in (4.685, 1.0, 0.3, 50.0, 1e-8, 1e100):
        points = samples.errors(random, scale, 60 if scale == 4.685 else 15)
        points += [(random.uniform(-1, 1) * scale, 0.0) for _ in range(30)]
        points += [(r, 0.0) for r in samples.near(scale * 0.447213595499958) + samples.near(scale)]
        yield {} if scale == 4.685 else {"scale": scale}, points
