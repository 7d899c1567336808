# SPDX-License-Identifier: Apache-2.0
"""The zero-one loss: 1 if a < 0, else 0, a = y prediction."""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def loss(prediction, target, o):
    a = prediction * (target if o.label_encoding == "signed" else 2 * target - 1)
    return mpf(1) if a < 0 else mpf(0)


def kink(prediction, target, o):
    if prediction == 0:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    yield from samples.margins(random)
