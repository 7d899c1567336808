# SPDX-License-Identifier: Apache-2.0
"""Noise contrastive alignment: softplus(-a) + softplus(a)/2 + softplus(b)/2, a and b beta times the log-ratios."""

from mpmath import mpf

import preferences
from preferences import softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1}


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    a, b = o.beta * (chosen - reference_chosen), o.beta * (rejected - reference_rejected)
    return softplus(-a) + softplus(a) / 2 + softplus(b) / 2


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    """The gradient in the chosen response is sigmoid(a)/2 - sigmoid(-a)."""
    slope, bend = preferences.subnormal(o.beta, o.beta * (chosen - reference_chosen), o.beta * (rejected - reference_rejected))
    return [0] + [max(o.beta / mpf(3), slope), slope] * 2 + [bend] * 4


def groups(random):
    for beta in (0.1, 0.5, 1e-6, 1e3):
        yield {"beta": beta} if beta != 0.1 else {}, preferences.both(random, beta, 0.0, 0.6931471805599453, count=10)
    yield {"beta": 1e3}, preferences.far(1e3)
