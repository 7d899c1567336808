# SPDX-License-Identifier: Apache-2.0
"""Cross-entropy with an exposure: -y log(1 - e^(-w h)) + (1 - y) w h, h = log(1 + e^prediction), w the exposure."""

from mpmath import exp, expm1, log, log1p

import samples

KIND = "arrays"
DIFFERENTIABLE = [0, 1]
OPTIONS = {}


def rate(prediction, exposure):
    return exposure * log1p(exp(prediction))


def loss(prediction, target, exposure, o):
    x = rate(prediction, exposure)
    return -target * log(-expm1(-x)) + (1 - target) * x


def terms(prediction, target, exposure, o):
    """The largest terms of the loss, and of gradients and Hessians in prediction and target."""
    x = rate(prediction, exposure)
    q = -expm1(-x)
    return [0, exposure / (1 + exp(-prediction)) * max(1, target / q), max(-log(q), x), 0, 0]


def groups(random):
    points = [(z, y, w) for z in samples.LOGITS if abs(z) < 1e5 for y in (0.0, 1.0, 0.3) for w in (1.0, 2.0, 0.1, 50.0, 1e9)]
    points += [(random.uniform(-30, 12), random.choice([0.0, 1.0, random.random()]), samples.magnitude(random, -8, 8))
               for _ in range(150)]
    points += [(z, y, w) for z in (-599.0, -601.0, -599.9, -650.0) for y in (0.0, 1.0, 0.4, 1e-200) for w in (1e-30, 1.0, 1e15)]
    # Where the gradient is 0.
    for target in [random.random() for _ in range(6)] + [1e-9, 1 - 1e-9]:
        for exposure in (1.0, 0.01, 30.0):
            zero = float(log(expm1(-log1p(-target) / exposure)))
            points += [(z, target, exposure) for z in samples.near(zero, 12)]
    yield {}, [(z, y, w) for z, y, w in points if w * max(1, z) < 600 or y < 1]
