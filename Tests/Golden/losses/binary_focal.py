# SPDX-License-Identifier: Apache-2.0
"""The binary focal loss: -w (1 - p)^gamma log p, p the probability of the label, w its weight: alpha, 1 - alpha or 1.

With label_smoothing s the label has the share y = 1 - s/2 and the other class 1 - y: the power is of 1 - y p - (1 - y) q, and
the logarithm and the weight are means over both. The prediction is a probability, clipped to [epsilon, 1 - epsilon], or the logit z with 1/(1 + e^-z), never clipped.
"""

from mpmath import exp, findroot, log, mpf, workdps

import calculus
import samples

KIND = "pointwise"
OPTIONS = {"from_logits": False, "epsilon": 2.220446049250313e-16, "gamma": 2.0, "alpha": None, "label_smoothing": 0.0}


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


def shares(o):
    return 1 - o.label_smoothing / 2, o.label_smoothing / 2


def loss(prediction, target, o):
    (p, q), (own, other) = both(prediction, target, o), shares(o)
    w = own * weight(target, o) + other * weight(1 - target, o)
    # 0 log 0 = 0 without smoothing.
    entropy = -own * log(p) - (other * log(q) if other else 0)
    return w * (other * p + own * q) ** o.gamma * entropy


def terms(prediction, target, o):
    (p, q), (a, b) = both(clip(prediction, o), target, o), shares(o)
    g = o.gamma
    if not b:
        if not o.from_logits:
            return {}
        largest = max((1 + 2 * g) * q, -g * log(p) * max(g * p, q))
        return {"hessian": weight(target, o) * q**g * p * largest}
    # Of r^g C, by the rule of products.
    r, entropy = b * p + a * q, -a * log(p) - b * log(q)
    scale = (a * weight(target, o) + b * weight(1 - target, o)) * r**g
    if o.from_logits:
        ratio, slope, bend = (a - b) * p * q / r, max(b * p, a * q), p * q
    else:
        ratio, slope, bend = (a - b) / r, max(b / q, a / p), a / p**2 + b / q**2
    return {
        "gradient": scale * max(g * ratio * entropy, slope),
        "hessian": scale * max(g * max(1, abs(g - 1)) * ratio * max(ratio, 1 if o.from_logits else 0) * entropy, 2 * g * ratio * slope, bend),
    }


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
    for options in (
        {}, {"gamma": 0.0}, {"gamma": 0.5, "alpha": 0.25}, {"gamma": 1.0}, {"gamma": 5.0}, {"label_smoothing": 1.0},
        {"label_smoothing": 1e-9, "gamma": 1.7},
    ):
        smoothed = {"label_smoothing": 0.1} | options
        points = [(z, y) for z in samples.LOGITS if abs(z) < 700 for y in (0.0, 1.0)]
        points += [(random.uniform(-12, 12), random.choice([0.0, 1.0])) for _ in range(20)]
        yield {"from_logits": True} | smoothed, points
        points = [(p, y) for p in samples.PROBABILITIES for y in (0.0, 1.0)]
        points += [(samples.probability(random), random.choice([0.0, 1.0])) for _ in range(20)]
        yield smoothed, points
    yield {"epsilon": 1e-7, "label_smoothing": 0.2}, [(p, y) for p in samples.PROBABILITIES for y in (0.0, 1.0)]
