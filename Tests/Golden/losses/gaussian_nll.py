# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a normal distribution: (log v + (m - t)^2/v)/2, in mean, variance and target."""

from mpmath import log, mpf, pi, sqrt, workdps

import samples

KIND = "inputs"
OPTIONS = {"full": False}


def loss(mean, variance, target, o):
    return (log(variance) + (log(2 * pi) if o.full else 0) + (mean - target) ** 2 / variance) / 2


def terms(mean, variance, target, o):
    """The largest terms of the loss, and of gradient and Hessian in mean, variance and target."""
    error = mean - target
    square = (error / variance) ** 2
    return [
        max(abs(log(variance)), abs(log(2 * pi)) if o.full else 0, error**2 / variance),
        0, max(1 / variance, square), 0,
        0, max(square, 1 / (2 * variance)) / variance, 0,
    ]


def groups(random):
    # Where the gradient or the Hessian in the variance is 0, and where the loss is.
    inner = []
    for variance in [0.25, 1.0, 3.0, 1e-10, 1e10, 1e-200, 1e200] + [random.uniform(0.1, 9) for _ in range(6)]:
        with workdps(60):
            roots = [sqrt(mpf(variance)), sqrt(mpf(variance) / 2)]
            if variance < 1:
                roots.append(sqrt(-mpf(variance) * log(mpf(variance))))
            roots = [float(root) for root in roots]
        inner += [(r, variance, 0.0) for root in roots for r in samples.near(root, 9)]
        inner += [(0.7, variance, 0.7 - root) for root in roots]
    edges = [
        (m, v, 0.0) for m in (0.0, 1e-8, -1.0, 1e150, -1e-300) for v in (5e-324, 1e-300, 1e-20, 1.0, 1e20, 1e300)
    ]
    plain = [(random.uniform(-3, 3), random.uniform(0.01, 4), random.uniform(-3, 3)) for _ in range(60)]
    plain += [(samples.signed(random, -40, 40), samples.magnitude(random, -60, 60), samples.signed(random, -40, 40))
              for _ in range(40)]
    near = [(0.3, samples.above(1.0), 0.3), (0.3, samples.below(1.0), 0.3), (0.3, 1.0, 0.3), (0.3, 1.0, 0.3 + 1e-8)]
    yield {}, inner + edges + plain + near
    # With the constant, the logarithms cancel near 1 / (2 pi).
    with workdps(60):
        density = float(1 / (2 * pi))
    yield {"full": True}, inner[::3] + plain[::2] + [(0.5, v, 0.5 + r) for v in samples.near(density) for r in (0, 1e-5)]
