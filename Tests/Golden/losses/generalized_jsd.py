# SPDX-License-Identifier: Apache-2.0
"""The divergence b KL(q, m) + (1 - b) KL(p, m), m = b q + (1 - b) p, of softmaxes p of a student and q of a teacher."""

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"beta": 0.5, "temperature": 1.0}
terms = logits.terms


def loss(predictions, targets, o):
    p, q = logits.both(predictions, targets, o)
    m = [o.beta * y + (1 - o.beta) * x for x, y in zip(p, q)]
    return o.beta * logits.divergence(q, m) + (1 - o.beta) * logits.divergence(p, m)


def groups(random):
    points = logits.pairs(random)
    yield {}, points
    yield {"temperature": 0.9}, points[::6]
    for beta in (0.1, 0.9, 1e-6, 1 - 1e-6):
        yield {"beta": beta}, points[::5]
    yield {"beta": 0.3, "temperature": 4.0}, points[::8]
