# SPDX-License-Identifier: Apache-2.0
"""The binary focal loss: -w (1 - p)^gamma log p, p the probability of the label, w its weight: alpha, 1 - alpha or 1.

The prediction is a probability, clipped to [epsilon, 1 - epsilon], or the logit z with 1/(1 + e^-z), never clipped.
"""

from mpmath import exp, findroot, log, mpf, workdps

import calculus
import samples

KIND = "pointwise"
OPTIONS = {"from_logits": False, "epsilon": 2.220446049250313e-16, "gamma": 2.0, "alpha": None}


def clip(prediction, o):
    if o.from_logits:
        return prediction
    return max(o.epsilon, min(1 - mpf(o.epsilon), prediction))


def both(prediction, target, o):
    """The probabilities of the label and of the other class."""
    if o.from_logits:
        p, q = 1 / (1 + exp(-prediction)), 1 / (1 + exp(prediction))
    else:
        p, q = prediction, 1 - prediction
    return (p, q) if target == 1 else (q, p)


def weight(target, o):
    if o.alpha is None:
        return 1
    return o.alpha if target == 1 else 1 - o.alpha


def loss(prediction, target, o):
    p, q = both(prediction, target, o)
    return -weight(target, o) * q**o.gamma * log(p)


def terms(prediction, target, o):
    if not o.from_logits:
        return {}
    p, q = both(prediction, target, o)
    largest = max((1 + 2 * o.gamma) * q, -o.gamma * log(p) * max(o.gamma * p, q))
    return {"hessian": weight(target, o) * q**o.gamma * p * largest}


def groups(random):
    for options in ({}, {"gamma": 0.0}, {"gamma": 0.5}, {"gamma": 5.0, "alpha": 0.25}, {"gamma": 1.7, "alpha": 0.9}):
        # Beyond, the smaller probability, a factor of the Hessian, is not a normal number.
        points = [(z, y) for z in samples.LOGITS if not 708 < abs(z) < 750 for y in (0.0, 1.0)]
        points += [(random.uniform(-12, 12), random.choice([0.0, 1.0])) for _ in range(30)]
        o = calculus.bind(OPTIONS, options)
        if o.gamma:
            with workdps(60):
                g = mpf(o.gamma)

                def bend(z):
                    p, q = 1 / (1 + exp(-z)), 1 / (1 + exp(z))
                    return (1 + 2 * g) * q - g * log(p) * (g * p - q)

                zero = float(findroot(bend, (-6, 0), solver="anderson"))
            points += [(sign * z, y) for z in samples.near(zero) for sign, y in ((1, 1.0), (-1, 0.0))]
        yield {"from_logits": True} | options, points
        points = [(p, y) for p in samples.PROBABILITIES for y in (0.0, 1.0)]
        points += [(samples.probability(random), random.choice([0.0, 1.0])) for _ in range(30)]
        yield options, points
    yield {"epsilon": 1e-7}, [(p, y) for p in samples.PROBABILITIES for y in (0.0, 1.0)]
