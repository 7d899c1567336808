# SPDX-License-Identifier: Apache-2.0
"""Welsch: c^2/2 (1 - exp(-((prediction - target)/c)^2))."""

from mpmath import exp

import samples

KIND = "pointwise"
OPTIONS = {"scale": 1.0}


def loss(prediction, target, o):
    return o.scale**2 / 2 * (1 - exp(-(((prediction - target) / o.scale) ** 2)))


def terms(prediction, target, o):
    u = ((prediction - target) / o.scale) ** 2
    return {"hessian": max(1, 2 * u) * exp(-u)}


def groups(random):
    for scale in (1.0, 0.3, 50.0, 1e-8, 1e100):
        points = samples.errors(random, scale, 60 if scale == 1 else 15)
        points += [(r, 0.0) for r in samples.near(scale * 0.7071067811865476)]
        points += [(scale * x, 0.0) for x in (5.0, 19.5, 26.5, 27.2, 27.4)]
        yield {} if scale == 1 else {"scale": scale}, points
