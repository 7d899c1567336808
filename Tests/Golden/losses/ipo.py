# SPDX-License-Identifier: Apache-2.0
"""Identity preference optimization: ((c - c') - (r - r') - 1/(2 beta))^2."""

import preferences

KIND = "inputs"
OPTIONS = {"beta": 0.1}


def error(chosen, rejected, reference_chosen, reference_rejected, o):
    return (chosen - reference_chosen) - (rejected - reference_rejected) - 1 / (2 * o.beta)


def loss(*inputs):
    return error(*inputs) ** 2


def terms(*inputs):
    """The squares of the error's terms, and twice these."""
    size = max(abs(error(*inputs)), 1 / (2 * inputs[-1].beta))
    return [size**2] + [2 * size] * 4 + [0] * 4


def groups(random):
    for beta in (0.1, 0.5, 0.3, 1e-6, 1e3):
        yield {"beta": beta} if beta != 0.1 else {}, preferences.pairs(random, beta, 0.0, 0.5, count=10)
