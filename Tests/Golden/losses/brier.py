# SPDX-License-Identifier: Apache-2.0
"""The Brier score: (p - y)^2, p the prediction or 1/(1 + e^-z) of the logit z."""

from mpmath import exp, log, mpf, workdps

import samples

KIND = "pointwise"
OPTIONS = {"from_logits": False}


def loss(prediction, target, o):
    if not o.from_logits:
        return (prediction - target) ** 2
    return ((1 - target) / (1 + exp(-prediction)) - target / (1 + exp(prediction))) ** 2


def terms(prediction, target, o):
    if not o.from_logits:
        return {}
    p, q = 1 / (1 + exp(-prediction)), 1 / (1 + exp(prediction))
    own, other = (1 - target) * p, target * q
    largest = max(own, other)
    return {
        "loss": largest * abs(own - other), "gradient": 2 * p * q * largest,
        "hessian": 2 * p * q * max(p * q, abs(own - other) * abs(q - p)),
    }


def groups(random):
    yield {}, [(p, y) for p in samples.PROBABILITIES for y in (0.0, 1.0, 0.3)] + [(p, 0.3) for p in samples.near(0.3)]
    points = [(z, y) for z in samples.LOGITS for y in (0.0, 1.0, 0.3)]
    points += [(random.uniform(-12, 12), random.choice([0.0, 1.0, random.random()])) for _ in range(60)]
    for target in [random.random() for _ in range(8)]:
        with workdps(60):
            zero = float(log(mpf(target) / (1 - mpf(target))))
        points += [(z, target) for z in samples.near(zero)]
    # The second derivative vanishes where p q = (p - y)(p - q), for y = 0 and 1 at p = 2/3 and 1/3.
    points += [(sign * z, y) for z in samples.near(0.6931471805599453) for sign, y in ((1, 0.0), (-1, 1.0))]
    yield {"from_logits": True}, points
