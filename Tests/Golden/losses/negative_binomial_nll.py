# SPDX-License-Identifier: Apache-2.0
"""The negative binomial negative log-likelihood: k log(1 + e^z/k) + t log(1 + k e^-z), in full plus
log Γ(t + 1) + log Γ(k) - log Γ(t + k)."""

from mpmath import exp, log, loggamma, psi

import samples

KIND = "inputs"
OPTIONS = {"total_count": 1.0, "full": False}


def loss(prediction, target, o):
    k = o.total_count
    plain = k * log(1 + exp(prediction) / k) + target * log(1 + k * exp(-prediction))
    return plain + (loggamma(target + 1) + loggamma(k) - loggamma(target + k) if o.full else 0)


def terms(prediction, target, o):
    """The largest terms of the loss, and of gradient and Hessian in prediction and target."""
    k, mean = o.total_count, exp(prediction)
    slope = max(k * mean, k * target) / (k + mean)
    if not o.full:
        return [0, slope, 0, 0, 0]
    own, other = k * log(1 + mean / k), log(1 + k / mean)
    rise = abs(loggamma(target + k) - loggamma(k))
    return [
        max(own, target * other, abs(loggamma(target + 1)), rise),
        slope, max(other, 1 / (target + k), psi(0, 1 + target + k) - psi(0, 1 + target)),
        0, max(psi(1, 1 + target), psi(1, target + k)),
    ]


def groups(random):
    for count in (1.0, 0.3, 50.0, 1e-8, 1e10):
        points = samples.means(random, True, 40 if count == 1 else 12)
        points += [(z, 0.0) for z in (-2000.0, -3.0, 0.0, 2.0, 700.0, 1e4)]
        # Beyond, e^-z is not a normal number, and below, terms are not computed precisely.
        points = [(z, t) for z, t in points if t == 0 or t > 1e-260 and z < 600]
        yield {} if count == 1 else {"total_count": count}, points[::1 if count == 1 else 3]
    for count in (1.0, 0.3, 2.5, 19.0, 50.0, 1e-8, 1e-200, 1e30):
        points = [(z, t) for z in (-1.0, 2.0) for t in (0.0, 1e-30, 0.4, 1.0, 2.0, 7.0, 19.5, 20.0, 21.0, 300.0, 1e9)]
        points += [(random.uniform(-5, 5), random.uniform(0, 40)) for _ in range(8)]
        points = [(z, t) for z, t in points if t or count > 1e-100]
        yield {"full": True} | ({} if count == 1 else {"total_count": count}), points
