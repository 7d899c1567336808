# SPDX-License-Identifier: Apache-2.0
"""Wing, with r = prediction - target: width log(1 + |r|/curvature) for |r| < width, |r| - C beyond, continuous.

At r = 0 the gradient is 0 and the Hessian that of either side; at |r| = width both are those of the outer side.
"""

from mpmath import log, sign

import samples

KIND = "pointwise"
OPTIONS = {"width": 5.0, "curvature": 0.5}


def loss(prediction, target, o):
    r = abs(prediction - target)
    if r < o.width:
        return o.width * log(1 + r / o.curvature)
    return r - o.width + o.width * log(1 + o.width / o.curvature)


def kink(prediction, target, o):
    if prediction == target:
        return {"gradient": 0, "hessian": -o.width / o.curvature**2}
    if abs(prediction - target) == o.width:
        return {"gradient": sign(prediction - target), "hessian": 0}


def groups(random):
    for options in ({}, {"width": 10.0, "curvature": 2.0}, {"width": 1e-8}, {"curvature": 1e-8}, {"width": 1e100}):
        points = samples.errors(random, options.get("width", 5.0), 20)
        yield options, [(p, t) for p, t in points if abs(p - t) not in (5e-324, 1e-300)]
