# SPDX-License-Identifier: Apache-2.0
"""Geman-McClure: (r^2/2)/(1 + (r/c)^2), r = prediction - target."""

import samples

KIND = "pointwise"
OPTIONS = {"scale": 1.0}


def loss(prediction, target, o):
    r = prediction - target
    return r**2 / 2 / (1 + (r / o.scale) ** 2)


def terms(prediction, target, o):
    u = ((prediction - target) / o.scale) ** 2
    return {"hessian": max(1, 3 * u) / (1 + u) ** 3}


def groups(random):
    for scale in (1.0, 0.3, 50.0, 1e-8, 1e100):
        points = samples.errors(random, scale, 60 if scale == 1 else 15)
        points += [(r, 0.0) for r in samples.near(scale * 0.5773502691896258)]
        yield {} if scale == 1 else {"scale": scale}, points
