# SPDX-License-Identifier: Apache-2.0
"""The savage loss: 1/(1 + e^a)^2, a = y prediction, y in {-1, 1}."""

from mpmath import exp

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    return 1 / (1 + exp(margin(prediction, target, o))) ** 2


def terms(prediction, target, o):
    s = 1 / (1 + exp(margin(prediction, target, o)))
    return {"hessian": 2 * s**2 * (1 - s) * max(2 * (1 - s), s)}


def groups(random):
    for options, points in samples.margins(random):
        points = [(p, y) for p, y in points if abs(p) < 1e9] + [(z, 1.0) for z in samples.LOGITS]
        yield options, points + [(-z, 1.0) for z in samples.near(0.6931471805599453)]
