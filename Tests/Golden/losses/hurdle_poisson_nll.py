# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a count that is 0 with probability q, or else has a Poisson distribution without zero:
-log q for 0, else -log((1 - q) m^t / (e^m - 1)), plus log t! in full."""

from mpmath import exp, expm1, factorial, log, mpf, workdps

import samples

KIND = "arrays"
OPTIONS = {"full": False}
DIFFERENTIABLE = (0, 1)


def loss(log_mean, zero_logit, targets, o):
    (z,), (a,), (t,) = log_mean, zero_logit, targets
    if t == 0:
        return log(1 + exp(-mpf(a)))
    mean = exp(z)
    return log(1 + exp(mpf(a))) + log(expm1(mean)) - t * z + (log(factorial(int(t))) if o.full else 0)


def terms(log_mean, zero_logit, targets, o):
    """The largest terms of the loss, and of gradient and Hessian in the logarithm of the mean and the logit."""
    (z,), (a,), (t,) = log_mean, zero_logit, targets
    if t == 0:
        return [0, 0, 0, 0, 0]
    mean = exp(z)
    growth = log(expm1(mean) / mean)
    largest = max(growth, abs((t - 1) * z), log(1 + exp(a)), log(factorial(int(t))) if o.full else 0)
    return [largest, max(mean / -expm1(-mean) - 1, t - 1), 0, 0, 0]


def groups(random):
    points = [(z, a, 0.0) for z in (-1e4, 0.0, 3.0, 1e4) for a in (-800.0, -40.0, -1.0, 0.0, 1e-9, 2.0, 40.0, 800.0)]
    counts = [(random.uniform(-3, 5), random.uniform(-5, 5), float(random.randint(1, 60))) for _ in range(60)]
    counts += [(z, a, 1.0) for z in (-700.0, -40.0, -37.0, -9.0, -1e-9, 0.0, 1e-9, 0.4, 3.9, 3.92, 6.5) for a in (-800.0, -2.0, 40.0)]
    counts += [(random.uniform(-2, 2), random.uniform(-5, 0), float(random.randint(1, 5))) for _ in range(100)]
    counts += [(z, 0.3, t) for z in (-700.0, -1.0, 0.0, 1.0, 5.0) for t in (2.0, 7.0, 1000.0, 2.0**53 - 1)]
    for t in (2.0, 3.0, 5.0, 12.0, 400.0):
        # Where the gradient is 0: m / (1 - e^-m) = t.
        with workdps(60):
            mean = mpf(t)
            for _ in range(200):
                mean = t * -expm1(-mean)
            counts += [(z, -4.0, t) for z in samples.near(float(log(mean)), 12)]
    for full in (False, True):
        some = counts[::3] if full else points + counts
        yield {"full": True} if full else {}, [([z], [a], [t]) for z, a, t in some if not full or t < 1e6]
