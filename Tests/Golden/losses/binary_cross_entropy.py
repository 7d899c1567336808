# SPDX-License-Identifier: Apache-2.0
"""Binary cross-entropy: -(pos_weight y' log p + (1 - y') log(1 - p)), y' = y(1 - s) + s/2, 0 log 0 = 0.

The prediction is p itself, clipped to [epsilon, 1 - epsilon], or the logit z with p = 1/(1 + e^-z),
never clipped. Where p is clipped, gradient and Hessian are those of the unclipped formula at the
clipped probability.
"""

from mpmath import exp, log, mpf

import samples

SEED = "binary-cross-entropy"
KIND = "pointwise"
OPTIONS = {"from_logits": False, "epsilon": 2.220446049250313e-16, "pos_weight": 1.0, "label_smoothing": 0.0}


def clip(prediction, o):
    if o.from_logits:
        return prediction
    return max(o.epsilon, min(1 - mpf(o.epsilon), prediction))


def loss(prediction, target, o):
    positive = o.pos_weight * (target * (1 - o.label_smoothing) + o.label_smoothing / 2)
    negative = 1 - (target * (1 - o.label_smoothing) + o.label_smoothing / 2)
    if o.from_logits:
        p, q = 1 / (1 + exp(-prediction)), 1 / (1 + exp(prediction))  # q = 1 - p
    else:
        p, q = prediction, 1 - prediction
    return sum((-c * log(x) for c, x in ((positive, p), (negative, q)) if c != 0), mpf(0))


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
