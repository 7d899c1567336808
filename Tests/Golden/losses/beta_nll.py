# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a beta distribution: log Γ(a) + log Γ(b) - log Γ(a + b) - (a - 1) log t
- (b - 1) log(1 - t), in a, b and t."""

from mpmath import log, loggamma, psi

import samples

KIND = "inputs"
OPTIONS = {}


def loss(a, b, target, o):
    return loggamma(a) + loggamma(b) - loggamma(a + b) - (a - 1) * log(target) - (b - 1) * log(1 - target)


def terms(a, b, target, o):
    """The largest terms of the loss, and of gradient and Hessian in both concentrations and the target."""
    least, most = min(a, b), max(a, b)
    rise = loggamma(1 + a + b) - loggamma(1 + most)
    powers = abs((a - 1) * log(target)), abs((b - 1) * log(1 - target))

    def slope(own, logarithm):
        return max(abs(psi(0, 1 + a + b) - psi(0, 1 + own)), 1 / own, abs(logarithm))

    return [
        max(abs(loggamma(1 + least)), abs(log(least)), rise, *powers),
        slope(a, log(target)), slope(b, log(1 - target)), max(abs(a - 1) / target, abs(b - 1) / (1 - target)),
        psi(1, a), psi(1, b), max(abs(a - 1) / target**2, abs(b - 1) / (1 - target) ** 2),
    ]


def groups(random):
    proportions = (1e-300, 1e-10, 0.3, 0.5, samples.below(1.0))
    points = [(a, b, t) for a in (1e-200, 0.4, 1.0, 19.5, 1e10, 1e100) for b in (1e-9, 1.0, 2.0, 21.0, 1e100) for t in proportions]
    points += [(random.uniform(0.1, 10), random.uniform(0.1, 10), random.random()) for _ in range(60)]
    points += [(samples.magnitude(random, -20, 20), samples.magnitude(random, -20, 20), samples.probability(random))
               for _ in range(40)]
    # Near the mode, where the derivative in the target is 0.
    points += [(a, b, t) for a, b in ((3.0, 2.0), (200.0, 17.5)) for t in samples.near((a - 1) / (a + b - 2), 26)]
    yield {}, [(a, b, t) for a, b, t in points if 0 < t < 1]
