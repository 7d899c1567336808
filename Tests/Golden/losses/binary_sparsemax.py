# SPDX-License-Identifier: Apache-2.0
"""The binary sparsemax loss: 0 for a >= 1, (1 - a)^2/4 for |a| < 1, -a beyond, a = y prediction, y in {-1, 1}.

The second derivative is 0 at a = 1 and a = -1.
"""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    a = margin(prediction, target, o)
    return max(mpf(0), 1 - a) ** 2 / 4 if a > -1 else -a


def kink(prediction, target, o):
    if margin(prediction, target, o) == 1:
        return {"gradient": 0, "hessian": 0}
    if margin(prediction, target, o) == -1:
        return {"hessian": 0}


def groups(random):
    yield from samples.margins(random, 1.0)
