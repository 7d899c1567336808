# SPDX-License-Identifier: Apache-2.0
"""Pinball: tau (t - p) for p <= t, (1 - tau)(p - t) beyond. At p = t the gradient is 0, and so is the Hessian."""

import samples

KIND = "pointwise"
OPTIONS = {"tau": 0.5}


def loss(prediction, target, o):
    r = prediction - target
    return -o.tau * r if r <= 0 else (1 - o.tau) * r


def kink(prediction, target, o):
    if prediction == target:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    for tau in (0.5, 0.1, 0.95, 1e-8, 1 - 2.0**-53):
        yield {} if tau == 0.5 else {"tau": tau}, samples.errors(random, 1.0, 15)
