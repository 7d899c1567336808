# SPDX-License-Identifier: Apache-2.0
"""The squared logarithmic error: (log(1 + prediction) - log(1 + target))^2, or half of it."""

from mpmath import e, log, workdps

import samples

KIND = "pointwise"
OPTIONS = {"half": False}


def loss(prediction, target, o):
    return (log(1 + prediction) - log(1 + target)) ** 2 / (2 if o.half else 1)


def kink(prediction, target, o):
    # Differences of both sides have an error that is large beside 0.
    if prediction == target:
        return {"gradient": 0}


def terms(prediction, target, o):
    return {"hessian": (1 if o.half else 2) * max(1, abs(log((1 + prediction) / (1 + target)))) / (1 + prediction) ** 2}


def groups(random):
    inner = [0.0, 1e-300, 1e-8, -1e-8, 0.5, -0.5, 1.0, 1e4, 1e30, 1e300, -1 + 2.0**-53, -1 + 2.0**-30, -0.999]
    points = [(p, t) for p in inner for t in inner[::2]]
    # Huge numbers: whether a quotient overflows depends on both.
    huge = [2.0**k for k in (398, 401, 520, 880, 899, 901, 965, 1000, 1023)]
    points += [(p, t) for p in huge for t in [0.5 * p, 3e-5 * p, 2.0**500, 2.0**399, 2.0**401, 7.0]]
    points += [(t, p) for p in huge for t in [0.5 * p, 3e-5 * p, 2.0**500, 2.0**399, 2.0**401, 7.0]]
    points += [(random.uniform(-1, 3), random.uniform(-1, 3)) for _ in range(60)]
    points += [(samples.magnitude(random, -40, 60), samples.magnitude(random, -40, 60)) for _ in range(40)]
    for target in [random.uniform(-0.9, 5) for _ in range(6)] + [0.0, 100.0]:
        points += [(p, target) for p in samples.near(target) if p > -1]
        with workdps(60):
            zero = float((1 + target) * e - 1)
        points += [(p, target) for p in samples.near(zero) if p > -1]
    yield {}, points
    yield {"half": True}, [(random.uniform(-1, 3), random.uniform(-1, 3)) for _ in range(20)]
