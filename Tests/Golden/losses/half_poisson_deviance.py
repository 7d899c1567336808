# SPDX-License-Identifier: Apache-2.0
"""Half the Poisson deviance: t log(t/p) + p - t, p = e^z, 0 log 0 = 0."""

from mpmath import exp, log

import samples

KIND = "pointwise"
OPTIONS = {"log_input": True}


def loss(prediction, target, o):
    mean = exp(prediction) if o.log_input else prediction
    return (target * log(target / mean) if target else 0) + mean - target


def kink(prediction, target, o):
    # Differences of both sides have an error that is large beside 0.
    if not o.log_input and prediction == target:
        return {"gradient": 0}


def terms(prediction, target, o):
    if not o.log_input or not target:
        return {}
    mean = exp(prediction)
    return {"loss": max(mean, target, abs(target * log(target)), abs(target * prediction)), "gradient": max(mean, target)}


def groups(random):
    yield {}, samples.means(random, True) + [(z, 0.0) for z in (-3.0, 0.0, 2.0, 700.0)]
    points = [(p, t) for p, t in samples.means(random, False) if t < 1e200]
    yield {"log_input": False}, points + [(p, 0.0) for p in (1e-300, 0.5, 1.0, 1e30)]
