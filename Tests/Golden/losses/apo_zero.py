# SPDX-License-Identifier: Apache-2.0
"""Anchored preference optimization: sigmoid(-a) + sigmoid(b), a and b beta times the log-ratios."""

import preferences
from preferences import sigmoid

KIND = "inputs"
OPTIONS = {"beta": 0.1}


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    return sigmoid(-o.beta * (chosen - reference_chosen)) + sigmoid(o.beta * (rejected - reference_rejected))


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    a, b = o.beta * (chosen - reference_chosen), o.beta * (rejected - reference_rejected)
    slope, bend = preferences.subnormal(o.beta, a, b)
    return [0] + [slope] * 4 + [bend] * 4


def groups(random):
    for beta in (0.1, 0.5, 1e-6, 1e3):
        yield {"beta": beta} if beta != 0.1 else {}, preferences.both(random, beta, 0.0, 1e-5, -1e-12, count=10)
    yield {"beta": 1e3}, preferences.far(1e3)
