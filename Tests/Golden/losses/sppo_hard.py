# SPDX-License-Identifier: Apache-2.0
"""Self-play preference optimization: (x - 1/(2 beta))^2 + (y + 1/(2 beta))^2, x and y the log-ratios."""

import preferences

KIND = "inputs"
OPTIONS = {"beta": 0.1}


def errors(chosen, rejected, reference_chosen, reference_rejected, o):
    return chosen - reference_chosen - 1 / (2 * o.beta), rejected - reference_rejected + 1 / (2 * o.beta)


def loss(*inputs):
    return sum(x**2 for x in errors(*inputs))


def terms(*inputs):
    """The squares of the terms of both errors, and twice these."""
    first, second = (max(abs(x), 1 / (2 * inputs[-1].beta)) for x in errors(*inputs))
    return [max(first, second) ** 2, 2 * first, 2 * second, 2 * first, 2 * second, 0, 0, 0, 0]


def groups(random):
    for beta in (0.1, 0.5, 0.3, 1e-6, 1e3):
        yield {"beta": beta} if beta != 0.1 else {}, preferences.both(random, beta, 0.0, 0.5, -0.5, count=10)
