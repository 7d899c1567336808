# SPDX-License-Identifier: Apache-2.0
"""The exponential loss: e^-a, a = y prediction, y in {-1, 1}."""

from mpmath import exp

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    return exp(-margin(prediction, target, o))


def groups(random):
    for options, points in samples.margins(random):
        points += [(z, 1.0) for z in samples.LOGITS]
        yield options, [(p, y) for p, y in points if abs(p) < 800]
