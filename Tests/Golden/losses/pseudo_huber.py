# SPDX-License-Identifier: Apache-2.0
"""Pseudo-Huber: delta^2 (sqrt(1 + (r/delta)^2) - 1), r = prediction - target."""

from mpmath import sqrt

import samples

KIND = "pointwise"
OPTIONS = {"delta": 1.0}


def loss(prediction, target, o):
    return o.delta**2 * (sqrt(1 + ((prediction - target) / o.delta) ** 2) - 1)


def groups(random):
    for delta in (1.0, 0.3, 50.0, 1e-8, 1e150, 1e-150):
        yield {} if delta == 1 else {"delta": delta}, samples.errors(random, delta, 60 if delta == 1 else 15)
