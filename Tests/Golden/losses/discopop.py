# SPDX-License-Identifier: Apache-2.0
"""Discovered preference optimization: softplus(-u) (1 - m) + e^-u m, m = sigmoid(u / tau), u the margin."""

from mpmath import exp

import preferences
from preferences import sigmoid, softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "discopop_tau": 0.05}


def margin(chosen, rejected, reference_chosen, reference_rejected, o):
    return o.beta * ((chosen - reference_chosen) - (rejected - reference_rejected))


def blend(u, o):
    """The exponential loss times its share; far below 0, the share is an exponential, too."""
    return exp(-u) * sigmoid(u / o.discopop_tau) if u > -4000 * o.discopop_tau else preferences.power(u / o.discopop_tau - u)


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    u = margin(chosen, rejected, reference_chosen, reference_rejected, o)
    return softplus(-u) * sigmoid(-u / o.discopop_tau) + blend(u, o)


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    """The largest terms of the derivatives in the margin."""
    u = margin(chosen, rejected, reference_chosen, reference_rejected, o)
    v = u / o.discopop_tau
    m, rest, s = sigmoid(v), sigmoid(-v), softplus(-u)
    e = blend(u, o)
    slope = max(sigmoid(-u) * rest, e, max(e, s * m) * rest / o.discopop_tau)
    bend = max(sigmoid(u) * sigmoid(-u) * rest, e, 2 * max(e, m * sigmoid(-u)) * rest / o.discopop_tau, max(e, s * m) * rest / o.discopop_tau**2)
    # Numbers of up to 800 are in the exponents.
    size = max(1, min(abs(v), 800))
    return [0] + [size * o.beta * slope] * 4 + [size * o.beta**2 * bend] * 4


def groups(random):
    for beta, tau in ((0.1, 0.05), (1.0, 1.0), (0.01, 0.3), (2.0, 0.05)):
        given = {"beta": beta, "discopop_tau": tau}
        points = preferences.pairs(random, beta, 0.5 * tau, -tau, count=8)
        # A quotient by tau multiplies the errors of subnormal probabilities.
        points = [p for p in points if not 690 < abs(beta * ((p[0] - p[2]) - (p[1] - p[3]))) / tau < 760]
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, points
