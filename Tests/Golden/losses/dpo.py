# SPDX-License-Identifier: Apache-2.0
"""Direct preference optimization: (1 - s) softplus(-u) + s softplus(u), u = beta ((c - c') - (r - r'))."""

from mpmath import log, mpf, workdps

import preferences
from preferences import softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "label_smoothing": 0.0}


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    u = o.beta * ((chosen - reference_chosen) - (rejected - reference_rejected))
    return (1 - o.label_smoothing) * softplus(-u) + o.label_smoothing * softplus(u)


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    """The gradient is a difference of a probability and the smoothing."""
    return [0] + [o.beta * o.label_smoothing] * 4 + [0] * 4


def zero(smoothing):
    """The margin at which the gradient is 0."""
    with workdps(60):
        return float(log((1 - mpf(smoothing)) / mpf(smoothing))) if smoothing else 0.0


def groups(random):
    for beta, smoothing in ((0.1, 0.0), (0.1, 0.1), (0.5, 0.3), (2.0, 1e-8), (1e-6, 0.45), (1e3, 2.0**-30)):
        given = {"beta": beta, "label_smoothing": smoothing}
        yield {name: value for name, value in given.items() if value != OPTIONS[name]}, preferences.pairs(
            random, beta, 0.0, *([zero(smoothing)] if smoothing else []), count=10
        )
    for beta in (0.1, 2.0, 1e3):
        yield {"beta": beta}, preferences.far(beta)
