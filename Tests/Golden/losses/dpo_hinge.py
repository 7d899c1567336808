# SPDX-License-Identifier: Apache-2.0
"""The hinge loss of a preference: max(0, 1 - u), u = beta ((c - c') - (r - r'))."""

from mpmath import mpf

import preferences

KIND = "inputs"
OPTIONS = {"beta": 0.1}


def distance(chosen, rejected, reference_chosen, reference_rejected, o):
    return 1 - o.beta * ((chosen - reference_chosen) - (rejected - reference_rejected))


def loss(*inputs):
    return max(mpf(0), distance(*inputs))


def terms(*inputs):
    """1 and the margin."""
    return [max(1, abs(distance(*inputs)))] + [0] * 8


def kink(*inputs):
    # Margins so near 1 count as 1.
    if abs(distance(*inputs)) < mpf(2) ** -100:
        return {k: [{"gradient": 0, "hessian": 0}] for k in range(4)}


def groups(random):
    for beta in (0.1, 0.5, 1.0, 1e-6, 1e3):
        yield {"beta": beta} if beta != 0.1 else {}, preferences.pairs(random, beta, 0.0, 1.0, count=10)
