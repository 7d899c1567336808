# SPDX-License-Identifier: Apache-2.0
"""The general robust loss of Barron: |a - 2|/a ((x/|a - 2| + 1)^(a/2) - 1), x = ((prediction - target)/c)^2, a the alpha.

For alpha 0 it is log(x/2 + 1), for alpha 2 it is x/2.
"""

from mpmath import log, sqrt

import samples

KIND = "pointwise"
OPTIONS = {"alpha": 1.0, "scale": 1.0}


def loss(prediction, target, o):
    x = ((prediction - target) / o.scale) ** 2
    if o.alpha == 2:
        return x / 2
    if o.alpha == 0:
        return log(x / 2 + 1)
    b = abs(o.alpha - 2)
    return b / o.alpha * ((x / b + 1) ** (o.alpha / 2) - 1)


def terms(prediction, target, o):
    if o.alpha == 2:
        return {}
    x = ((prediction - target) / o.scale) ** 2
    u = x / abs(o.alpha - 2)
    return {"hessian": max(1, abs(o.alpha - 1) * u) * (1 + u) ** (o.alpha / 2 - 2) / o.scale**2}


def groups(random):
    for alpha in (1.0, 2.0, 0.0, -2.0, 1e-9, -1e-30, 1.999999, samples.above(2.0), samples.below(2.0), 1.5, 0.3, 0.7,
                  -0.4, -7.7, -16.0, 3.0, 5.5, 16.0):
        for scale in (1.0, 0.3, 1e-8, 1e100):
            if scale != 1 and alpha not in (1.0, 0.0, -2.0, 1.5, 3.0):
                continue
            points = samples.errors(random, scale, 40 if (alpha, scale) == (1, 1) else 12)
            if alpha < 1:
                # Where the Hessian vanishes.
                zero = float(sqrt((2 - alpha) / (1 - alpha))) * scale
                points += [(r, 0.0) for r in samples.near(zero)]
            options = {} if alpha == 1 else {"alpha": alpha}
            yield options | ({} if scale == 1 else {"scale": scale}), points
