# SPDX-License-Identifier: Apache-2.0
"""The sigmoid loss: 1 - tanh a, a = y prediction, y in {-1, 1}."""

from mpmath import exp

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    a = margin(prediction, target, o)
    return 2 * exp(-a) / (exp(a) + exp(-a))


def groups(random):
    for options, points in samples.margins(random):
        yield options, [(p, y) for p, y in points if abs(p) < 1e9] + [(z, 1.0) for z in samples.LOGITS]
