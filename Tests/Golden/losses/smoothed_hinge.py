# SPDX-License-Identifier: Apache-2.0
"""The smoothed hinge loss, with s = max(0, 1 - y prediction), y in {-1, 1}: s^2/(2 gamma) for s <= gamma, s - gamma/2 beyond.

The second derivative is 0 at s = 0 and 1/gamma at s = gamma.
"""

from mpmath import mpf

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed", "gamma": 1.0}


def shortfall(prediction, target, o):
    return max(mpf(0), 1 - prediction * (target if o.label_encoding == "signed" else 2 * target - 1))


def loss(prediction, target, o):
    s = shortfall(prediction, target, o)
    return s**2 / (2 * o.gamma) if s <= o.gamma else s - o.gamma / 2


def kink(prediction, target, o):
    s = shortfall(prediction, target, o)
    if s == o.gamma:
        return {"hessian": 1 / o.gamma}
    if 1 - prediction * (target if o.label_encoding == "signed" else 2 * target - 1) == 0:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    for gamma in (1.0, 0.3, 2.0, 1e-8):
        for options, points in samples.margins(random, 1.0, 1 - gamma):
            yield options | ({} if gamma == 1 else {"gamma": gamma}), points[::1 if gamma == 1 else 3]
