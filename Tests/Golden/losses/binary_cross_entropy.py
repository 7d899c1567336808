# SPDX-License-Identifier: Apache-2.0
"""Binary cross-entropy: -(pos_weight y' log p + (1 - y') log(1 - p)), y' = y(1 - s) + s/2, 0 log 0 = 0.

The prediction is p itself, clipped to [epsilon, 1 - epsilon], or the logit z with p = 1/(1 + e^-z),
never clipped. Where p is clipped, gradient and Hessian are those of the unclipped formula at the
clipped probability.
"""

from mpmath import exp, log, mpf, workdps

import calculus
import samples

SEED = "binary-cross-entropy"
KIND = "pointwise"
OPTIONS = {"from_logits": False, "epsilon": 2.220446049250313e-16, "pos_weight": 1.0, "label_smoothing": 0.0}


def clip(prediction, o):
    if o.from_logits:
        return prediction
    return max(o.epsilon, min(1 - mpf(o.epsilon), prediction))


def parts(target, o):
    smoothed = target * (1 - o.label_smoothing) + o.label_smoothing / 2
    return o.pos_weight * smoothed, 1 - smoothed


def probabilities(prediction, o):
    if o.from_logits:
        return 1 / (1 + exp(-prediction)), 1 / (1 + exp(prediction))
    return prediction, 1 - prediction


def loss(prediction, target, o):
    classes = zip(parts(target, o), probabilities(prediction, o))
    return sum((-c * log(x) for c, x in classes if c != 0), mpf(0))


def terms(prediction, target, o):
    """Only the gradient's terms have both signs: one for each class."""
    (positive, negative), (p, q) = parts(target, o), probabilities(clip(prediction, o), o)
    if o.from_logits:
        return {"gradient": max(positive * q, negative * p)}
    return {"gradient": max(positive / p if positive else 0, negative / q if negative else 0)}


def zeros(random, options, count):
    """Predictions around the zero of the gradient, at all distances, for soft and smoothed targets."""
    o = calculus.bind(OPTIONS, options)
    targets = [random.random() for _ in range(count)] + [2.0**-random.randrange(2, 40) for _ in range(2)]
    points = []
    for target in targets + ([0.0, 1.0] if "label_smoothing" in options else []):
        with workdps(60):
            positive, negative = parts(calculus.exact(target), o)
            zero = log(positive / negative) if o.from_logits else positive / (positive + negative)
            nearest = float(zero)
            moved = [float(zero * (1 + step * mpf(2) ** -k)) for k in range(2, 60, 6) for step in (-1, 1)]
        points += [(p, target) for p in (nearest, samples.above(nearest), samples.below(nearest), *moved)]
    return [(p, t) for p, t in points if o.from_logits or 0 < p < 1]


def groups(random):
    edges = [(z, t) for z in samples.LOGITS for t in (0.0, 1.0)]
    soft = [(z, t) for z in samples.LOGITS[::2] for t in (0.5, 0.3, 1e-8)]
    logits = [(random.uniform(-12, 12), random.choice([0.0, 1.0, random.random()])) for _ in range(30)]
    logits += [(samples.signed(random, -40, 9), random.choice([0.0, 1.0])) for _ in range(20)]
    yield {"from_logits": True}, edges + soft + logits
    for options in (
        {"pos_weight": 3.0}, {"pos_weight": 0.0}, {"label_smoothing": 0.1}, {"label_smoothing": 1.0},
        {"pos_weight": 0.1, "label_smoothing": 0.2},
    ):
        more = [(random.uniform(-20, 20), random.choice([0.0, 1.0, random.random()])) for _ in range(8)]
        yield {"from_logits": True} | options, edges[random.randrange(4)::5] + more

    edges = [(p, t) for p in samples.PROBABILITIES for t in (0.0, 1.0)]
    soft = [(p, 0.3) for p in samples.PROBABILITIES]
    inner = [(samples.probability(random), random.choice([0.0, 1.0, random.random()])) for _ in range(50)]
    yield {}, edges + soft + inner
    for options in (
        {"epsilon": 0.0}, {"epsilon": 1e-7}, {"epsilon": 0.4}, {"pos_weight": 2.5}, {"label_smoothing": 0.1},
        {"pos_weight": 0.5, "label_smoothing": 0.3, "epsilon": 1e-12},
    ):
        more = [(samples.probability(random), random.choice([0.0, 1.0, random.random()])) for _ in range(8)]
        yield options, (edges if options == {"epsilon": 0.0} else edges[::3] + edges[1::4]) + more
    # Where 1 - epsilon is not a double, or rounds to 1.
    for epsilon in (1e-7, 1e-15, 1e-16, 1e-17, 1e-20, 3.720075976020836e-44):
        ends = [(p, t) for p in (0.0, 2.0**-60, 1 - 2.0**-53, 1 - 2.0**-52, 1.0) for t in (0.0, 1.0, 0.3)]
        yield {"epsilon": epsilon}, ends
        yield {"epsilon": epsilon, "pos_weight": 3.0}, ends[::2]
    for options in (
        {"from_logits": True}, {"from_logits": True, "label_smoothing": 0.1}, {"from_logits": True, "pos_weight": 3.0},
        {"from_logits": True, "pos_weight": 0.3, "label_smoothing": 0.2}, {"label_smoothing": 0.1},
        {"pos_weight": 2.5}, {"pos_weight": 0.5, "label_smoothing": 0.3}, {"label_smoothing": 1e-17},
    ):
        yield options, zeros(random, options, 6)
    yield {"label_smoothing": 0.1}, [(0.05, 0.0), (0.95, 1.0), (0.5, 0.5)]
    # Where rounding errors added up most in a search of millions of points.
    yield {"from_logits": True, "pos_weight": 3.0, "label_smoothing": 0.05}, [(1.6760715300909483, 0.4381520793976257)]
    yield {"from_logits": True, "pos_weight": 3.0, "label_smoothing": 0.3}, [(-3.427772376752994, 0.276745316345268)]
    yield {"from_logits": True, "label_smoothing": 0.05}, [(-1.763113268603246, 0.9757752614665316)]
    yield {"from_logits": True, "pos_weight": 3.3630688730422125}, [(0.9971343340114398, 0.644448603707133)]
    yield {"from_logits": True, "pos_weight": 3.274697568140173, "label_smoothing": 0.05}, [
        (-0.7072952241613404, 0.3166625325157324)
    ]
    yield {"pos_weight": 2.5, "label_smoothing": 0.3}, [
        (0.4634363644340371, 0.5337693786934085), (0.44651546824154625, 0.044419044394587215)
    ]
    yield {"pos_weight": 3.0, "label_smoothing": 0.3}, [(0.2204403624842874, 0.2737483639843382)]
    yield {"label_smoothing": 0.3}, [(0.40425209480286767, 0.039894116672619884)]
