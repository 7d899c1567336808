# SPDX-License-Identifier: Apache-2.0
"""The entropy -sum_k p_k log p_k of the softmax of a row of logits."""

from mpmath import exp, fsum, mpf

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"temperature": 1.0}


def loss(predictions, o):
    return -fsum(exp(x) * x for x in logits.log_softmax(predictions, o.temperature))


def terms(predictions, o):
    """The largest terms of the loss, and of derivatives that are differences."""
    logarithms = logits.log_softmax(predictions, o.temperature)
    most = max(exp(x) * max(1, abs(x)) for x in logarithms)
    size = max(mpf(1), *(min(abs(x), 800) for x in logarithms))
    return [0, size * most / o.temperature, size * most / o.temperature**2]


def groups(random):
    rows = [(row,) for pair in logits.pairs(random) for row in pair]
    rows += [([0.0] * 4,), ([3.0],), ([1.0, 1.0 + 2.0**-40, 1.0],)]
    yield {}, rows
    for temperature in (0.5, 10.0):
        yield {"temperature": temperature}, rows[::5]
