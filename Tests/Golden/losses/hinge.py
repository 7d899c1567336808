# SPDX-License-Identifier: Apache-2.0
"""Hinge: max(0, margin - y prediction), y in {-1, 1} (binary labels 0 and 1 mean -1 and 1).

At y prediction = margin the gradient is 0, and so is the Hessian.
"""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"margin": 1.0, "label_encoding": "signed"}


def sign(target, o):
    return target if o.label_encoding == "signed" else 2 * target - 1


def loss(prediction, target, o):
    return max(mpf(0), o.margin - sign(target, o) * prediction)


def kink(prediction, target, o):
    if sign(target, o) * prediction == o.margin:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    for options in (
        {}, {"label_encoding": "binary"}, {"margin": 0.5}, {"margin": 2.0}, {"margin": 0.0}, {"margin": 1e-8},
        {"margin": 0.1, "label_encoding": "binary"},
    ):
        margin = options.get("margin", 1.0)
        negative = 0.0 if "label_encoding" in options else -1.0
        scores = samples.RESIDUALS + samples.around(margin) + [-1e300, 1e300]
        scores += [random.uniform(-3, 3) for _ in range(10 if options else 30)]
        scores += [samples.signed(random, -60, 60) for _ in range(4)]
        yield options, [(p, y) for p in scores for y in (negative, 1.0)]
