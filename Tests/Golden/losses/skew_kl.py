# SPDX-License-Identifier: Apache-2.0
"""The divergence KL(q, s q + (1 - s) p), or in reverse KL(p, s p + (1 - s) q), of softmaxes p of a student, q of a teacher."""

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"skew": 0.1, "direction": "forward", "temperature": 1.0}
terms = logits.terms


def loss(predictions, targets, o):
    p, q = logits.both(predictions, targets, o)
    if o.direction == "reverse":
        p, q = q, p
    return logits.divergence(q, [o.skew * y + (1 - o.skew) * x for x, y in zip(p, q)])


def groups(random):
    points = logits.pairs(random)
    for direction in ({}, {"direction": "reverse"}):
        yield direction, points
        for skew in (0.5, 1e-9, 0.999):
            yield direction | {"skew": skew}, points[::6]
        yield direction | {"temperature": 2.5}, points[::6]
