# SPDX-License-Identifier: Apache-2.0
"""The logistic loss: log(1 + e^-a), a = y prediction, y in {-1, 1}."""

from mpmath import exp, log

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    return log(1 + exp(-margin(prediction, target, o)))


def groups(random):
    for options, points in samples.margins(random):
        yield options, [(p, y) for p, y in points if abs(p) < 1e9] + [(z, 1.0) for z in samples.LOGITS]
