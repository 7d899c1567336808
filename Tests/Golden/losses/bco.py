# SPDX-License-Identifier: Apache-2.0
"""Binary classifier optimization: softplus(-(a - d)) + softplus(b - d), a and b beta times the log-ratios."""

import preferences
from preferences import softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "delta": 0.0}


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    a, b = o.beta * (chosen - reference_chosen), o.beta * (rejected - reference_rejected)
    return softplus(-(a - o.delta)) + softplus(b - o.delta)


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    a, b = o.beta * (chosen - reference_chosen), o.beta * (rejected - reference_rejected)
    slope, bend = preferences.subnormal(o.beta, a - o.delta, b - o.delta)
    return [0] + [slope] * 4 + [bend] * 4


def groups(random):
    for beta, delta in ((0.1, 0.0), (0.5, 0.3), (2.0, -40.0), (1e-6, 0.0), (1.0, 1e3), (1e3, 0.0)):
        given = {"beta": beta, "delta": delta}
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, preferences.both(random, beta, 0.0, delta, count=10)
    yield {"beta": 1e3}, preferences.far(1e3)
