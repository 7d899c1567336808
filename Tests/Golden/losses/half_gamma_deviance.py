# SPDX-License-Identifier: Apache-2.0
"""Half the gamma deviance: t/p - 1 - log(t/p), p = e^z."""

from mpmath import exp, log

import samples

KIND = "pointwise"
OPTIONS = {"log_input": True}


def loss(prediction, target, o):
    ratio = target / (exp(prediction) if o.log_input else prediction)
    return ratio - 1 - log(ratio)


def kink(prediction, target, o):
    # Differences of both sides have an error that is large beside 0.
    if not o.log_input and prediction == target:
        return {"gradient": 0}


def terms(prediction, target, o):
    if not o.log_input:
        return {}
    ratio = target * exp(-prediction)
    return {"loss": max(ratio, 1, abs(log(target)), abs(prediction)), "gradient": max(ratio, 1)}


def groups(random):
    yield {}, samples.means(random, True)
    yield {"log_input": False}, samples.means(random, False)
