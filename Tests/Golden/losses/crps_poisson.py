# SPDX-License-Identifier: Apache-2.0
"""The CRPS of a Poisson distribution: (t - m) (2 F(t) - 1) + 2 m f(t) - m e^(-2m) (I0(2m) + I1(2m))."""

from mpmath import besseli, exp, mpf, sqrt

import gammas
import samples

KIND = "arrays"
OPTIONS = {}
DIFFERENTIABLE = (0,)


def loss(mean, targets, o):
    (m,), (t,) = mean, targets
    mass = gammas.weight(mpf(t), m)
    function = 1 - gammas.lower(mpf(t), m) + mass if t else mass
    spread = exp(-2 * m) * (besseli(0, 2 * m) + besseli(1, 2 * m))
    return (t - m) * (2 * function - 1) + 2 * m * mass - m * spread


def terms(mean, targets, o):
    """The largest terms of the loss and of its gradient, which is 0 near the median."""
    (m,), (t,) = mean, targets
    return [0 if t == 0 else max(abs(m - t), sqrt(m)), 0 if t == 0 else 1, 0]


def groups(random):
    points = [(random.uniform(0.05, size), float(random.randint(0, int(2 * size)))) for size in (1, 5, 30, 200) for _ in range(12)]
    # A forecast whose gradient is 0, and the shapes and means at which the formula changes.
    points += [(m, 1.0) for m in samples.near(1.1459267174873433, 12)]
    points += [(m, t) for m in samples.around(0.125)[:3] + samples.around(24.0)[:3] for t in (0.0, 1.0, 3.0, 24.0, 40.0)]
    points += [(m, t) for m in (19.0, 20.5, 60.0, 99.0, 100.0, 130.0) for t in (1.0, 19.0, 20.0, 21.0, 60.0, 99.0, 100.0, 101.0, 200.0)]
    # Far from each other, tiny and large.
    points += [(m, t) for m in (1e-100, 1e-20, 1e-8, 0.01, 1.0, 40.0) for t in (0.0, 1.0, 2.0, 30.0, 1e6, 2.0**52)]
    points += [(m, t) for m in (300.0, 2000.0) for t in (0.0, 1.0, 150.0, 290.0, 1990.0, 2100.0, 3000.0)]
    points += [(1e5 + d, 1e5) for d in (-1500.0, -200.0, 3.5, 310.0)] + [(1e6, 1000500.0)]
    yield {}, [([m], [t]) for m, t in points]
