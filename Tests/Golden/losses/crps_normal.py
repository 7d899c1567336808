# SPDX-License-Identifier: Apache-2.0
"""The CRPS of a normal distribution: s (w (2 Phi(w) - 1) + 2 phi(w) - 1/sqrt(pi)), w = (t - m)/s."""

from mpmath import erf, exp, mpf, pi, sqrt

import samples

KIND = "inputs"
OPTIONS = {}


def loss(mean, deviation, target, o):
    w = abs(target - mean) / deviation
    if w > 100:
        # The other terms are below 1e-2000.
        return abs(target - mean) - deviation / sqrt(pi)
    return deviation * (w * erf(w / sqrt(2)) + sqrt(2 / pi) * exp(-(w**2) / 2) - 1 / sqrt(pi))


def terms(mean, deviation, target, o):
    """The gradient in the standard deviation is a difference of two terms."""
    return [0, 0, 1 / sqrt(pi), 0, 0, 0, 0]


def groups(random):
    points = [(random.uniform(-3, 3), random.uniform(0.05, 4), random.uniform(-3, 3)) for _ in range(60)]
    # Around the zero of the gradient in the standard deviation, and at the ends of the ranges of the formula.
    for deviation in (1.0, 0.3, 1e-200, 1e200, 3e-308):
        points += [(r, deviation, 0.0) for r in samples.near(0.8325546111576977 * deviation, 7)]
        for ratio in (1e-5, 1.0, 36.0, 45.0, 64.0):
            points += [(r, deviation, 0.0) for r in samples.around(ratio * deviation)[:3]]
    points += [(random.uniform(0, size), 1.0, 0.0) for size in (1, 2, 6, 30) for _ in range(8)]
    points += [(r, s, 0.0) for r in (0.0, 5e-324, 1e-310, 1e-300, 1e-8, -1.0, 1e150) for s in (5e-324, 1e-300, 1e-20, 1.0, 1e20, 1e300)]
    points += [(samples.signed(random, -40, 40), samples.magnitude(random, -60, 60), samples.signed(random, -40, 40)) for _ in range(40)]
    points += [(samples.signed(random, -1022, 1023), samples.magnitude(random, -1022, 1023), samples.signed(random, -1022, 1023))
               for _ in range(30)]
    points += [(1e308, 1.5e308, -1e308), (1.7e308, 1e308, 1e307), (54.0 * 5e-324, 5e-324, 0.0)]
    points += [(1.0, s, samples.above(1.0)) for s in (1e-16, 1e-18, 1.0)] + [(1e8, 2e-9, 1e8 + 2e-8)]
    yield {}, points
