# SPDX-License-Identifier: Apache-2.0
"""Quantile Huber: the Huber loss of r = prediction - target times tau for p < t, 1 - tau beyond.

At |r| = delta the second derivative is taken from the inner side, and at r = 0 from the right.
"""

import samples

KIND = "pointwise"
OPTIONS = {"tau": 0.5, "delta": 1.0}


def weight(prediction, target, o):
    return o.tau if prediction < target else 1 - o.tau


def loss(prediction, target, o):
    r = prediction - target
    huber = r**2 / 2 if abs(r) <= o.delta else o.delta * (abs(r) - o.delta / 2)
    return weight(prediction, target, o) * huber


def kink(prediction, target, o):
    if abs(prediction - target) == o.delta:
        return {"hessian": weight(prediction, target, o)}
    if prediction == target:
        return {"gradient": 0, "hessian": 1 - o.tau}


def groups(random):
    for options in ({}, {"tau": 0.1}, {"tau": 0.95, "delta": 0.3}, {"tau": 1e-8, "delta": 50.0}, {"delta": 1e-8}):
        yield options, samples.errors(random, options.get("delta", 1.0), 15)
