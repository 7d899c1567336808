# SPDX-License-Identifier: Apache-2.0
"""The robust loss of DPO: ((1 - s) softplus(-u) - s softplus(u))/(1 - 2s), u = beta ((c - c') - (r - r'))."""

from mpmath import findroot, mpf, workdps

import preferences
from preferences import softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "label_smoothing": 0.0}


def margin(chosen, rejected, reference_chosen, reference_rejected, o):
    return o.beta * ((chosen - reference_chosen) - (rejected - reference_rejected))


def value(u, smoothing):
    return ((1 - smoothing) * softplus(-u) - smoothing * softplus(u)) / (1 - 2 * smoothing)


def loss(*inputs):
    return value(margin(*inputs), inputs[-1].label_smoothing)


def terms(*inputs):
    """The loss is softplus(-u) - s u/(1 - 2s)."""
    u, s = margin(*inputs), inputs[-1].label_smoothing
    return [max(softplus(-u), abs(u) * s / (1 - 2 * s))] + [0] * 8


def groups(random):
    for beta, smoothing in ((0.1, 0.0), (0.1, 0.1), (0.5, 0.3), (2.0, 1e-8), (1e-6, 0.45), (1.0, 0.5 - 2.0**-54)):
        zeros = [0.0]
        if 1e-3 < smoothing < 0.49:
            with workdps(60):
                zeros.append(float(findroot(lambda u: value(u, mpf(smoothing)), 1)))
        given = {"beta": beta, "label_smoothing": smoothing}
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, preferences.pairs(random, beta, *zeros, count=10)
    yield {"beta": 1e3}, preferences.far(1e3)
