# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a normal distribution, (s + (m - t)^2 e^-s)/2, in mean, log-variance and target."""

from mpmath import exp, log, mpf, pi, workdps

import samples

KIND = "inputs"
OPTIONS = {"full": False}


def loss(mean, log_variance, target, o):
    return (log_variance + (log(2 * pi) if o.full else 0) + (mean - target) ** 2 * exp(-log_variance)) / 2


def terms(mean, log_variance, target, o):
    """The largest terms of the loss, and of gradient and Hessian in mean, log-variance and target."""
    share = (mean - target) ** 2 * exp(-log_variance)
    largest = max(abs(log_variance), log(2 * pi) if o.full else 0, share)
    return [largest / 2, 0, max(1, share) / 2, 0, 0, 0, 0]


def groups(random):
    # Where the gradient in the logarithm is 0, and where the loss is.
    inner = []
    for s in [0.0, -1.0, 2.5, -40.0, 60.0, -600.0, 1200.0, -1e-8] + [random.uniform(-5, 5) for _ in range(6)]:
        with workdps(60):
            roots = [exp(mpf(s) / 2)] + ([exp(mpf(s) / 2 + log(-mpf(s)) / 2)] if s < 0 else [])
            roots = [float(root) for root in roots]
        inner += [(r, s, 0.0) for root in roots for r in samples.near(root, 9)]
        inner += [(0.7, s, 0.7 - root) for root in roots if root < 1e100]
    edges = [
        (m, s, 0.0) for m in (0.0, 1e-8, -1.0, 1e150, -1e-300, 1e300, 5e-324)
        for s in (-1400.0, -745.0, -20.0, 1e-300, 20.0, 745.0, 1390.0, 1e30)
    ]
    plain = [(random.uniform(-3, 3), random.uniform(-4, 4), random.uniform(-3, 3)) for _ in range(60)]
    plain += [(samples.signed(random, -40, 40), random.uniform(-90, 90), samples.signed(random, -40, 40))
              for _ in range(40)]
    near = [(0.3, samples.above(0.0), 0.3), (0.3, -1e-16, 0.3), (0.3, 0.0, 0.3), (0.3, 0.0, 0.3 + 1e-8)]
    yield {}, inner + edges + plain + near
    # With the constant, the terms cancel near -log(2 pi).
    with workdps(60):
        density = float(-log(2 * pi))
    yield {"full": True}, inner[::3] + plain[::2] + [(0.5, s, 0.5 + r) for s in samples.near(density) for r in (0, 1e-5)]
