# SPDX-License-Identifier: Apache-2.0
"""Evidential regression: log(pi/v)/2 - a log W + (a + 1/2) log(v (m - t)^2 + W) + log Γ(a) - log Γ(a + 1/2)
+ c |m - t| (2 v + a) with W = 2 b (1 + v), in mean, evidence, alpha, beta and target."""

from mpmath import log, loggamma, mpf, pi, psi, sqrt, workdps

import samples

KIND = "inputs"
OPTIONS = {"coefficient": 1.0}


def loss(mean, evidence, alpha, beta, target, o):
    scale = 2 * beta * (1 + evidence)
    error = mean - target
    constant = log(pi / evidence) / 2 + loggamma(alpha) - loggamma(alpha + mpf(1) / 2)
    return (constant - alpha * log(scale) + (alpha + mpf(1) / 2) * log(evidence * error**2 + scale)
            + o.coefficient * abs(error) * (2 * evidence + alpha))


def terms(mean, evidence, alpha, beta, target, o):
    """The largest terms of the loss, of the gradients and of the Hessians, in each input."""
    scale, error = 2 * beta * (1 + evidence), abs(mean - target)
    w = evidence * error**2 / scale
    share, power = w / (1 + w), alpha + mpf(1) / 2
    penalty = o.coefficient * error
    step = abs(psi(0, alpha) - psi(0, alpha + mpf(1) / 2) + 1 / (2 * alpha))
    excess, bend = max(power * share, mpf(1) / 2), 2 * power * evidence / scale / (1 + w) ** 2 * max(1, w)
    both = evidence * (1 + evidence)
    return [
        max(power * log(1 + w), abs(log(alpha * evidence / scale)), 1, penalty * (2 * evidence + alpha)),
        0, max(excess / both, 2 * penalty), max(log(1 + w), 1 / (2 * alpha), step, penalty), excess / beta, 0,
        bend, excess * (1 + 2 * evidence) / both**2, 0, excess / beta**2, bend,
    ]


def kink(mean, evidence, alpha, beta, target, o):
    if mean == target:
        bend = (2 * alpha + 1) * evidence / (2 * beta * (1 + evidence))
        middle = [{"gradient": 0, "hessian": bend}]
        return {0: middle, 4: middle}


def groups(random):
    plain = [
        (random.uniform(-2, 2), random.uniform(0.1, 3), random.uniform(1, 5), random.uniform(0.1, 3), random.uniform(-2, 2))
        for _ in range(60)
    ]
    plain += [
        (samples.signed(random, -30, 30), *(samples.magnitude(random, -20, 20) for _ in range(3)), 0.0) for _ in range(40)
    ]
    edges = [
        (m, v, a, b, 0.0)
        for m in (0.0, 1e-10, 3.0, 1e50) for v in (1e-100, 0.7, 1e100) for a in (1e-100, 1.0, 1e100) for b in (1e-20, 1e20)
    ]
    inner = []
    for v, a, b in ((0.7, 1.5, 0.4), (3.0, 12.0, 2.0), (1.0, 1e6, 1.0)):
        with workdps(60):
            scale = 2 * mpf(b) * (1 + mpf(v)) / v
            # Where w = 1, and where the derivatives in evidence and beta are 0: w = 1/(2 a).
            roots = [float(sqrt(scale)), float(sqrt(scale / (2 * a)))]
        inner += [(r, v, a, b, 0.0) for root in roots for r in samples.near(root, 26)]
    for coefficient in (1.0, 0.0, 0.01):
        some = plain + edges + inner if coefficient == 0 else plain[::3] + edges[::3]
        yield {} if coefficient == 1 else {"coefficient": coefficient}, some
