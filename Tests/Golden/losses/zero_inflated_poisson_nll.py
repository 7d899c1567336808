# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a Poisson distribution with additional zeros: -log(q + (1 - q) e^-m) for 0, else
-log((1 - q) m^t e^-m), plus log t! in full."""

from mpmath import exp, factorial, log, mpf, workdps

import samples

KIND = "arrays"
OPTIONS = {"full": False}
DIFFERENTIABLE = (0, 1)


def loss(log_mean, zero_logit, targets, o):
    (z,), (a,), (t,) = log_mean, zero_logit, targets
    mean, odds = exp(z), exp(-mpf(a))
    if t == 0:
        return -log((1 + odds * exp(-mean)) / (1 + odds))
    return mean - t * z - log(odds / (1 + odds)) + (log(factorial(int(t))) if o.full else 0)


def terms(log_mean, zero_logit, targets, o):
    """The largest terms of the loss, and of gradient and Hessian in the logarithm of the mean and the logit."""
    (z,), (a,), (t,) = log_mean, zero_logit, targets
    mean = exp(z)
    if t == 0:
        own, other = 1 / (1 + exp(-a)), 1 / (1 + exp(-a - mean))
        slope = other * (1 - own) * (1 - exp(-mean))
        return [0, 0, 0, mean * (1 - other) * max(1, mean * other), slope * max(1 - own, other)]
    return [max(mean, abs(t * z), log(1 + exp(a)), log(factorial(int(t))) if o.full else 0), max(mean, t), 0, 0, 0]


def groups(random):
    def points(full):
        logits = [0.0, -1e-8, 3.0, -3.0, 40.0, -40.0, -700.0, -800.0, 800.0, 1e6, -1e6, 1e-300]
        zeros = [(z, a) for a in logits for z in (-800.0, -700.0, -30.0, -1.0, 0.0, 1.0, 2.5, 4.0, 6.5, 6.6, 9.0)]
        # Where the Hessian in the logit is 0: m = -2a; where that in z may be: m σ(a + m) = 1; where m = -a.
        for a in (-0.3, -1.0, -40.0, -400.0):
            for mean in (-2 * a, -a, 1.0, 8.0):
                with workdps(60):
                    zeros += [(z, a) for z in samples.near(float(log(mpf(mean))), 12)]
        zeros += [(random.uniform(-4, 4), random.uniform(-6, 6)) for _ in range(150)]
        # Derivatives that are subnormal, because e^-(a + m) is, are not computed precisely.
        zeros = [(z, a) for z, a in zeros if not 690 < a + exp(mpf(z)) < 770]
        counts = [(random.uniform(-3, 5), random.uniform(-5, 5), float(random.randint(1, 60))) for _ in range(60)]
        counts += [(z, a, t) for z in (-700.0, -1.0, 0.0, 1.0, 5.0) for a in (-800.0, 0.3, 1e3) for t in (1.0, 2.0, 7.0, 1000.0)]
        for t in (1.0, 2.0, 3.0, 5.0, 12.0, 400.0):
            with workdps(60):
                counts += [(z, -4.0, t) for z in samples.near(float(log(mpf(t))), 12) if z]
        return ([] if full else [(z, a, 0.0) for z, a in zeros]) + counts

    for full in (False, True):
        yield {"full": True} if full else {}, [([z], [a], [t]) for z, a, t in points(full)]
