# SPDX-License-Identifier: Apache-2.0
"""The perceptron loss: max(0, -a), a = y prediction, y in {-1, 1}. At a = 0 the gradient is 0."""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    return max(mpf(0), -margin(prediction, target, o))


def kink(prediction, target, o):
    if prediction == 0:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    yield from samples.margins(random)
