# SPDX-License-Identifier: Apache-2.0
"""Expectile: w (prediction - target)^2/2, or without / 2; w = tau for p < t, 1 - tau beyond and, for the Hessian, at t."""

import samples

KIND = "pointwise"
OPTIONS = {"tau": 0.5, "half": True}


def loss(prediction, target, o):
    r = prediction - target
    return (o.tau if r < 0 else 1 - o.tau) * r**2 / (2 if o.half else 1)


def kink(prediction, target, o):
    if prediction == target:
        return {"gradient": 0, "hessian": (1 - o.tau) * (1 if o.half else 2)}


def groups(random):
    for tau in (0.5, 0.1, 0.95, 1e-8, 1 - 2.0**-53):
        yield {} if tau == 0.5 else {"tau": tau}, samples.errors(random, 1.0, 15)
    yield {"tau": 0.3, "half": False}, samples.errors(random, 1.0, 15)
