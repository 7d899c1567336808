# SPDX-License-Identifier: Apache-2.0
"""Smooth L1, with r = prediction - target: r^2/(2 beta) for |r| < beta, |r| - beta/2 beyond.

At |r| = beta the second derivative jumps; it is taken from the outer side, 0. With beta = 0 it is |r|.
"""

import samples

KIND = "pointwise"
OPTIONS = {"beta": 1.0}


def loss(prediction, target, o):
    r = prediction - target
    return r**2 / (2 * o.beta) if abs(r) < o.beta else abs(r) - o.beta / 2


def kink(prediction, target, o):
    if prediction == target and o.beta == 0:
        return {"gradient": 0, "hessian": 0}
    if abs(prediction - target) == o.beta:
        return {"hessian": 0}


def groups(random):
    for beta in (1.0, 0.3, 50.0, 1e-8, 1e150, 0.0):
        yield {} if beta == 1 else {"beta": beta}, samples.errors(random, beta or 1.0, 15)
    # Where p - t rounds to beta but is not exactly beta.
    yield {}, [
        (0.24445526225236106, -0.755544737747639), (-0.24445526225236106, 0.755544737747639),
        (1.0, 2.0**-60), (1.0, -(2.0**-60)), (-1.0, 2.0**-60), (-1.0, -(2.0**-60)),
    ]
