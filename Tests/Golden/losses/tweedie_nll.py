# SPDX-License-Identifier: Apache-2.0
"""The Tweedie negative log-likelihood: e^((2-q)z)/(2-q) - t e^((1-q)z)/(1-q), q the power."""

from mpmath import exp

import samples

KIND = "pointwise"
OPTIONS = {"power": 1.5}


def both(prediction, target, o):
    return exp((2 - o.power) * prediction), target * exp((1 - o.power) * prediction)


def loss(prediction, target, o):
    mass, pull = both(prediction, target, o)
    return mass / (2 - o.power) - pull / (1 - o.power)


def terms(prediction, target, o):
    return {"gradient": max(both(prediction, target, o))}


def groups(random):
    for power in (1.5, 1.1, 1.95, 1.00001, 1.99999):
        points = samples.means(random, True, 40 if power == 1.5 else 12)
        points += [(z, 0.0) for z in (-2000.0, -3.0, 0.0, 2.0, 700.0)]
        # Powers below 2^-900 are not computed precisely.
        points = [(z, t) for z, t in points if t == 0 or abs(z) < 600]
        yield {} if power == 1.5 else {"power": power}, points[::1 if power == 1.5 else 3]
