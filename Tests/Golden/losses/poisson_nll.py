# SPDX-License-Identifier: Apache-2.0
"""The Poisson negative log-likelihood: e^z - t z, or p - t log(p + epsilon), p the mean; plus log Γ(t + 1) in full."""

from mpmath import exp, lambertw, log, loggamma, mpf, psi, workdps

import samples

KIND = "inputs"
OPTIONS = {"log_input": True, "full": False, "epsilon": 0.0}


def both(prediction, target, o):
    if o.log_input:
        return exp(prediction), target * prediction
    return prediction, target * log(prediction + o.epsilon) if target else mpf(0)


def loss(prediction, target, o):
    mean, product = both(prediction, target, o)
    return mean - product + (loggamma(1 + target) if o.full else 0)


def terms(prediction, target, o):
    """The largest terms of the loss, and of gradient and Hessian in prediction and target."""
    mean, product = both(prediction, target, o)
    largest = [mean, abs(product)] + ([abs(loggamma(1 + target))] if o.full else [])
    in_target = 0
    if o.full:
        in_target = max(abs(prediction if o.log_input else log(prediction + o.epsilon)), abs(psi(0, 1 + target)))
    return [max(largest), max(mean, target) if o.log_input else 0, in_target, 0, 0]


def groups(random):
    def zeros(in_logarithms):
        points = []
        for target in [random.uniform(2.72, 40) for _ in range(8)]:
            for branch in (0, -1):
                with workdps(60):
                    z = -lambertw(-1 / mpf(target), branch).real
                    zero = float(z if in_logarithms else exp(z))
                points += [(p, target) for p in samples.near(zero)]
        return points

    # Terms below 2^-900 are not computed precisely.
    points = [(z, t) for z, t in samples.means(random, True) if t > 1e-270]
    yield {}, points + zeros(True) + [(z, 0.0) for z in (-1e4, -3.0, 0.0, 2.0, 700.0)]
    points = samples.means(random, False) + zeros(False) + [(p, 0.0) for p in (1e-300, 0.5, 1.0, 1e30)]
    yield {"log_input": False}, points

    def full(in_logarithms):
        """Points near the zeros of the loss and of its derivatives, and of the functions of the target."""
        points = []
        root = 0.46163214496836234
        targets = [0.02, 0.15, root, samples.above(root), 1.0, 8.5, 20.0, 1e6, 1e15]
        targets += [random.uniform(0, 0.16), random.uniform(0, 5), random.uniform(5, 30)]
        with workdps(60):
            for t in map(mpf, targets):
                logarithms = [log(t), psi(0, 1 + t)]
                shift = loggamma(1 + t) / t
                argument = -exp(shift) / t
                if argument > -exp(mpf(-1)):
                    logarithms += [shift - lambertw(argument, branch).real for branch in (0, -1)]
                for z in logarithms:
                    points += [(p, float(t)) for p in samples.near(float(z if in_logarithms else exp(z)), 26)]
        points += [(p, float(t)) for p in (0.3, 2.5) for t in (*range(12), 19, 20, 30)]
        others = [(0.7, t) for t in (1e-300, 1e-30, 1e-16, 1e-8, samples.below(1.0), samples.above(1.0), 1e17, 1e100)]
        others += [(random.uniform(0, 4), samples.magnitude(random, -20, 20)) for _ in range(30)]
        zeros = [(p, 0.0) for p in (1e-200, 0.5, 1.0, 30.0)]
        return points + others + zeros + ([(-p, t) for p, t in others] if in_logarithms else [])

    yield {"full": True}, full(True)
    yield {"full": True, "log_input": False}, full(False)
    # Means that epsilon exceeds, or that it changes in the last place.
    means = (0.0, 1e-300, 1e-9, 1e-7, 0.25, 1 - 1e-7, 1.0, 3.5, 1e8)
    raised = [(p, t) for p in means for t in (0.0, 1e-7, 0.5, 1.0, 7.0)]
    raised += [(random.uniform(0, 4), random.uniform(0, 6)) for _ in range(20)]
    raised += [(1 + random.uniform(-1, 1) * 1e-7, 10.0**k) for k in range(0, 9, 2)]
    yield {"log_input": False, "epsilon": 1e-7}, raised + zeros(False)[::4]
    yield {"log_input": False, "epsilon": 0.5}, raised[::2]
    yield {"full": True, "log_input": False, "epsilon": 1e-8}, raised
