# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a gamma distribution: log Γ(a) - a log b - (a - 1) log t + b t, in a, b and t."""

from mpmath import exp, log, loggamma, mpf, psi, workdps

import samples

KIND = "inputs"
OPTIONS = {}


def loss(concentration, rate, target, o):
    return loggamma(concentration) - concentration * log(rate) - (concentration - 1) * log(target) + rate * target


def terms(concentration, rate, target, o):
    """The largest terms of the loss, and of gradient and Hessian in concentration, rate and target."""
    both = abs(log(rate * target))
    digamma = max(abs(psi(0, 1 + concentration)), 1 / concentration)
    own = max(abs(loggamma(1 + concentration)), abs(log(concentration)))
    largest = max(own, concentration * abs(log(rate)), concentration * abs(log(target)), abs(log(target)), rate * target)
    return [
        largest,
        max(digamma, abs(log(rate)), abs(log(target))), max(target, concentration / rate), max(rate, abs(concentration - 1) / target),
        0, 0, 0,
    ]


def groups(random):
    points = []
    for a in [1e-8, 0.3, 1.0, 1.4616321449683623, 2.0, 9.0, 21.0, 1e6] + [random.uniform(0.1, 20) for _ in range(3)]:
        with workdps(60):
            # Where the gradient in each input is 0.
            root = float(exp(psi(0, mpf(a))))
        for b in (1.0, 0.7):
            points += [(a, b, t) for centre in (a, root, a - 1) if centre > 1e-300 for t in samples.near(centre / b, 26)]
    with workdps(60):
        for a in (3.0, 40.0):
            # Where the loss at the mean is 0.
            rate = exp(loggamma(a) - (a - 1) * log(mpf(a)) + a)
            points += [(a, b, a / b) for b in samples.near(float(rate), 26)]
    points += [
        (a, b, t) for a in (1e-300, 1e-10, 0.5, 19.9, 1e30) for b in (1e-200, 1.0, 1e100) for t in (1e-300, 1e-8, 1.0, 1e200)
    ]
    points += [(random.uniform(0.1, 10), random.uniform(0.1, 5), random.uniform(0.1, 5)) for _ in range(60)]
    points += [tuple(samples.magnitude(random, -30, 30) for _ in range(3)) for _ in range(40)]
    yield {}, points
