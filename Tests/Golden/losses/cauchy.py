# SPDX-License-Identifier: Apache-2.0
"""Cauchy: c^2/2 log(1 + ((prediction - target)/c)^2)."""

from mpmath import log

import samples

KIND = "pointwise"
OPTIONS = {"scale": 1.0}


def loss(prediction, target, o):
    return o.scale**2 / 2 * log(1 + ((prediction - target) / o.scale) ** 2)


def terms(prediction, target, o):
    u = ((prediction - target) / o.scale) ** 2
    return {"hessian": max(1, u) / (1 + u) ** 2}


def groups(random):
    for scale in (1.0, 0.3, 50.0, 1e-8, 1e100):
        points = samples.errors(random, scale, 60 if scale == 1 else 15)
        yield {} if scale == 1 else {"scale": scale}, points + [(r, 0.0) for r in samples.near(scale)]
