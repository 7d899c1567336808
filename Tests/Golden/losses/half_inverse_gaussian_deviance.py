# SPDX-License-Identifier: Apache-2.0
"""Half the inverse Gaussian deviance: (t - p)^2 / (2 t p^2), p = e^z."""

from mpmath import exp, log, workdps

import samples

KIND = "pointwise"
OPTIONS = {"log_input": True}


def loss(prediction, target, o):
    mean = exp(prediction) if o.log_input else prediction
    return (target - mean) ** 2 / (2 * target * mean**2)


def kink(prediction, target, o):
    # Differences of both sides have an error that is large beside 0.
    if not o.log_input and prediction == target:
        return {"gradient": 0}


def terms(prediction, target, o):
    if not o.log_input:
        return {}
    ratio = target * exp(-prediction)
    largest = max(ratio, 1)
    return {"loss": largest**2 / target, "gradient": largest * ratio / target, "hessian": largest * ratio / target}


def groups(random):
    points = samples.means(random, True)
    for target in [random.uniform(0.1, 5) for _ in range(4)]:
        with workdps(60):
            zero = float(log(2 * target))
        points += [(z, target) for z in samples.near(zero)]
    yield {}, points
    points = [(p, t) for p, t in samples.means(random, False) if 1e-70 < p < 1e70 and 1e-70 < t < 1e70]
    yield {"log_input": False}, points + [(p, 2.0) for p in samples.near(3.0)]
