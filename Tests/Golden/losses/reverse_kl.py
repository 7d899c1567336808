# SPDX-License-Identifier: Apache-2.0
"""The divergence sum_k p_k log(p_k / q_k) of softmaxes p of a student and q of a teacher."""

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"temperature": 1.0}
terms = logits.terms


def loss(predictions, targets, o):
    return logits.divergence(*logits.both(predictions, targets, o))


def groups(random):
    points = logits.pairs(random)
    yield {}, points
    for temperature in (0.9, 0.1, 20.0):
        yield {"temperature": temperature}, points[::5]
