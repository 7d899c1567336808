# SPDX-License-Identifier: Apache-2.0
"""The CRPS of a lognormal distribution: t (2 Phi(w) - 1) - 2 e^(m + s^2/2) (Phi(w - s) + Phi(s/sqrt 2) - 1)."""

from mpmath import erfc, exp, log, mpf, pi, sqrt

import samples

KIND = "inputs"
OPTIONS = {}


def tail(x):
    """The normal distribution function; 0 far below 0, where it is slow to compute."""
    return erfc(-x / sqrt(mpf(2))) / 2 if x > -100 else mpf(0)


def loss(location, scale, targets, o):
    mean = exp(location + scale**2 / 2)
    if targets <= 0:
        return -targets + 2 * mean * tail(-scale / sqrt(mpf(2)))
    w = (log(targets) - location) / scale
    # Phi(w - s) + Phi(s/sqrt 2) - 1, without a difference from 1 where both are near it.
    inner = tail(w - scale) - tail(-scale / sqrt(mpf(2)))
    return targets * (1 - 2 * tail(-w)) - 2 * mean * inner


def kink(location, scale, targets, o):
    if targets == 0:
        return {2: [{"gradient": -1, "hessian": 0}]}


def terms(location, scale, targets, o):
    """The largest terms; the error of log t - m is multiplied by 1/s, and that of the exponents by their size."""
    g = exp(location + scale**2 / 4)
    if targets <= 0:
        return [max(-targets, g), g, (1 + scale) * g, 0, g, (1 + scale) ** 2 * g, 0]
    ratio = log(targets) - location
    w = ratio / scale
    density = exp(-min(w**2, mpf(10) ** 6) / 2)
    e, mean = targets * density, exp(location + scale**2 / 2) if w > scale else mpf(0)
    size = 1 + (abs(log(targets)) + abs(location)) / scale * (1 + abs(w)) + w**2
    small = 16 * max(1, abs(log(targets)) + abs(location)) / scale
    most = max(e, g, mean)
    # A small relative error of e shows only where e is among the largest terms.
    first = max(mean, g, e * size)
    return [
        max(targets, first), first, (1 + scale) * first, max(mpf(1), density * small),
        first + e * size / scale, (1 + scale) ** 2 * most + e * size * (1 + abs((w + scale) * w / scale)), 0,
    ]


def groups(random):
    points = [(random.uniform(-3, 3), random.uniform(0.05, 4), samples.magnitude(random, -6, 6)) for _ in range(60)]
    points += [(m, s, t) for m in (0.0, -1.5, 30.0) for s in (1e-6, 0.01, 0.5, 2.0, 8.0, 20.0) for t in (0.0, 1e-30, 0.25, 1.0, 3.0, 1e12, -2.0)]
    # Targets near the median, the mean, and at Mills ratios near 2 and far away.
    points += [(0.0, 0.5, float(exp(mpf(0.5) * x))) for x in (-6, -2.0001, -1.9999, -0.5, 1e-9, 0.5, 1, 1.9999, 2.5, 2.4999, 6, 12, -30)]
    points += [(0.7, s, t) for s in (1e-6, 1e-3) for t in (2.0137527074704766, 2.01375, 2.0138)]
    points += [(random.uniform(-200, 200), random.uniform(0.001, 20), samples.magnitude(random, -300, 300)) for _ in range(25)]
    yield {}, points
