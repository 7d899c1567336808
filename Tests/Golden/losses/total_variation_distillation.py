# SPDX-License-Identifier: Apache-2.0
"""Half the sum of the distances of softmaxes p of a student and q of a teacher."""

from mpmath import fsum

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"temperature": 1.0}
terms = logits.terms


def loss(predictions, targets, o):
    return fsum(abs(x - y) for x, y in zip(*logits.both(predictions, targets, o))) / 2


def groups(random):
    points = logits.pairs(random)
    yield {}, points
    for temperature in (0.9, 0.1, 20.0):
        yield {"temperature": temperature}, points[::5]
