# SPDX-License-Identifier: Apache-2.0
"""Simple preference optimization: (1 - s) softplus(-u) + s softplus(u), u = beta (c - r) - gamma."""

from mpmath import log, mpf, workdps

import preferences
from preferences import softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "gamma": 0.5, "label_smoothing": 0.0}


def loss(chosen, rejected, o):
    u = o.beta * (chosen - rejected) - o.gamma
    return (1 - o.label_smoothing) * softplus(-u) + o.label_smoothing * softplus(u)


def terms(chosen, rejected, o):
    """The gradient is a difference of a probability and the smoothing."""
    return [0] + [o.beta * o.label_smoothing] * 2 + [0] * 2


def groups(random):
    for beta, gamma, smoothing in ((0.1, 0.5, 0.0), (2.5, 1.6, 0.0), (2.0, -3.0, 0.1), (1e-6, 1e6, 0.45), (1e3, 0.5, 0.3)):
        given = {"beta": beta, "gamma": gamma, "label_smoothing": smoothing}
        with workdps(60):
            zero = log((1 - mpf(smoothing)) / mpf(smoothing)) if smoothing else mpf(0)
            zeros = [gamma, float(zero + gamma)]
        yield {name: value for name, value in given.items() if value != OPTIONS[name]}, preferences.pairs(
            random, beta, *zeros, count=10, reference=False
        )
    yield {"beta": 1e3, "gamma": 0.0}, preferences.far(1e3, reference=False)
