# SPDX-License-Identifier: Apache-2.0
"""The CRPS of a gamma distribution with shape a and rate b:
t (2 F_a(t) - 1) - a/b (2 F_{a+1}(t) - 1) - 1/(b B(1/2, a)), F_a(t) = P(a, b t)."""

from mpmath import mp, mpf, sqrt

import gammas
import samples

KIND = "inputs"
OPTIONS = {}


def loss(shape, rate, target, o):
    x = rate * target
    function = gammas.lower(shape, x)
    above = function - gammas.weight(shape, x) if x > 0 else 0
    return target * (2 * function - 1) - shape / rate * (2 * above - 1) - gammas.half_beta(shape, mp.prec) / rate


def kink(shape, rate, target, o):
    if target == 0:
        return {2: [{"gradient": -1, "hessian": 0}]}


def terms(shape, rate, target, o):
    """The largest terms; the gradient in each input is 0 somewhere, and so is the Hessian in the shape and rate."""
    x = max(rate * target, mpf(0))
    reach = 1 + abs(x - shape) / sqrt(shape)
    size = 1 if shape > 1 else shape
    return [
        max(x, sqrt(shape) * sqrt(size)) / rate, reach / rate, (sqrt(shape) * size + x) / rate**2, 1 if x else 0,
        reach**2 / rate / max(sqrt(shape), mpf(1)), (sqrt(shape) * size + x) * (1 + x / max(sqrt(shape), mpf(1))) / rate**3, 0,
    ]


def groups(random):
    points = [(random.uniform(0.05, size), random.uniform(0.2, 3), random.uniform(0, size)) for size in (1, 5, 30, 300) for _ in range(8)]
    # Shapes at which the formula changes, and small ones.
    for shape in (1e-30, 1e-9, 0.01, 1.0, samples.below(20.0), 20.0, samples.below(100.0), 100.0):
        points += [(shape, 1.0, t) for t in (-2.0, 0.0, 1e-30, 0.25, shape, 3.0, shape + 5 * float(sqrt(mpf(shape))), 199.0, 201.0)]
    # Targets at the median and around it, where the gradients in the target and the rate are 0.
    for shape, median in ((0.3, 0.0660), (2.0, 1.6783469900166612), (50.0, 49.66733038), (400.0, 399.6667654)):
        points += [(shape, 1.0, t) for t in samples.near(median, 13)]
    points += [(3.0, b, t) for b in (1e-60, 1e-20, 1e20, 1e60) for t in (-1e10, 1e-100, 1e-20, 1e20, 1e100)]
    points += [(0.3, 1e-60, 1e-300), (1.5, 1e-60, 5e-324), (1e-9, 1e60, 1e100)]
    points += [(2e4, 0.5, 4e4 + d) for d in (-1500.0, -200.0, 3.5, 310.0)] + [(1e6, 1.0, 1000500.0)]
    yield {}, points
