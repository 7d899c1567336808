# SPDX-License-Identifier: Apache-2.0
"""Anchored preference optimization: sigmoid(a) + sigmoid(-(a - b)), a and b beta times the log-ratios."""

import math

import preferences
import samples
from preferences import sigmoid

KIND = "inputs"
OPTIONS = {"beta": 0.1}


def margins(chosen, rejected, reference_chosen, reference_rejected, o):
    a, b = o.beta * (chosen - reference_chosen), o.beta * (rejected - reference_rejected)
    return a, a - b


def loss(*inputs):
    a, u = margins(*inputs)
    return sigmoid(a) + sigmoid(-u)


def terms(*inputs):
    """Differences of functions of both margins, in the chosen response."""
    beta = inputs[-1].beta
    products = [sigmoid(x) * sigmoid(-x) for x in margins(*inputs)]
    bends = [p * abs(sigmoid(x) - sigmoid(-x)) for p, x in zip(products, margins(*inputs))]
    slope, bend = beta * max(products), beta**2 * max(bends)
    least, flat = preferences.subnormal(beta, *margins(*inputs))
    return [0] + [max(slope, least), least] * 2 + [max(bend, flat), flat] * 2


def groups(random):
    for beta in (0.1, 0.5, 1e-6, 1e3):
        points = preferences.both(random, beta, 0.0, 1.3, count=10)
        # Margins that agree but for their signs, and such that the second derivatives nearly do.
        points += [(a / beta, b / beta, 0.0, 0.0) for a in (0.7, -3.0, 30.0) for b in samples.near(2 * a, 12) + [a * 1e-9, 0.0]]
        flat = math.log(2 + math.sqrt(3))
        points += [((flat + x) / beta, 2 * x / beta, 0.0, 0.0) for x in (1e-3, -1e-6, 1e-9)]
        yield {"beta": beta} if beta != 0.1 else {}, points
    yield {"beta": 1e3}, preferences.far(1e3)
