# SPDX-License-Identifier: Apache-2.0
"""The interval score: (u - l) + 2/alpha max(0, l - t) + 2/alpha max(0, t - u)."""

from mpmath import mpf

import samples

KIND = "inputs"
OPTIONS = {"alpha": 0.1}


def loss(lower, upper, target, o):
    return (upper - lower) + 2 / o.alpha * (max(lower - target, mpf(0)) + max(target - upper, mpf(0)))


def terms(lower, upper, target, o):
    """The width, if it is negative, and the distance of the target."""
    misses = [2 / o.alpha * max(x, mpf(0)) for x in (lower - target, target - upper)]
    return [max([abs(upper - lower), *misses])] + [0] * 6


def kink(lower, upper, target, o):
    """At an end, the target is inside."""
    factor = 2 / o.alpha
    if target in (lower, upper):
        flat = [{"gradient": 0, "hessian": 0}]
        slopes = [factor - 1 if target < lower else -1, 1 - factor if target > upper else 1]
        slopes.append((-factor if target < lower else 0) + (factor if target > upper else 0))
        return {k: [{**flat[0], "gradient": slope}] for k, slope in enumerate(slopes)}


def groups(random):
    for alpha in (0.1, 0.5, 0.05, 1.0, 1e-6):
        points = [tuple(sorted((random.uniform(-3, 3), random.uniform(-3, 3)))) + (random.uniform(-4, 4),) for _ in range(40)]
        points += [(-1.0, 2.0, t) for x in (-1.0, 2.0) for t in samples.near(x, 12)] + [(1.0, 1.0, 1.0), (2.0, -1.0, 0.5), (0.3, 0.1, 5.0)]
        points += [tuple(samples.signed(random, -80, 80) for _ in range(3)) for _ in range(20)]
        points += [(1e8, 1e8 + 2e-8, 1e8 + 3e-8), (-1e100, 1e100, 1e100), (1e100, -1e100, 0.0), (5e-324, 1e-310, 1e-300)]
        yield {"alpha": alpha} if alpha != 0.1 else {}, points
