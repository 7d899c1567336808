# SPDX-License-Identifier: Apache-2.0
"""The negative binomial negative log-likelihood: k log(1 + e^z/k) + t log(1 + k e^-z)."""

from mpmath import exp, log

import samples

KIND = "pointwise"
OPTIONS = {"total_count": 1.0}


def loss(prediction, target, o):
    k = o.total_count
    return k * log(1 + exp(prediction) / k) + target * log(1 + k * exp(-prediction))


def terms(prediction, target, o):
    k, mean = o.total_count, exp(prediction)
    return {"gradient": max(k * mean, k * target) / (k + mean)}


def groups(random):
    for count in (1.0, 0.3, 50.0, 1e-8, 1e10):
        points = samples.means(random, True, 40 if count == 1 else 12)
        points += [(z, 0.0) for z in (-2000.0, -3.0, 0.0, 2.0, 700.0, 1e4)]
        # Beyond, e^-z is not a normal number, and below, terms are not computed precisely.
        points = [(z, t) for z, t in points if t == 0 or t > 1e-260 and z < 600]
        yield {} if count == 1 else {"total_count": count}, points[::1 if count == 1 else 3]
