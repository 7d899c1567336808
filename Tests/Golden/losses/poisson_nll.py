# SPDX-License-Identifier: Apache-2.0
"""The Poisson negative log-likelihood: e^z - t z, or p - t log p with p the mean, 0 log 0 = 0."""

from mpmath import exp, lambertw, log, mpf, workdps

import samples

KIND = "pointwise"
OPTIONS = {"log_input": True}


def both(prediction, target, o):
    if o.log_input:
        return exp(prediction), target * prediction
    return prediction, target * log(prediction) if target else mpf(0)


def loss(prediction, target, o):
    mean, product = both(prediction, target, o)
    return mean - product


def terms(prediction, target, o):
    mean, product = both(prediction, target, o)
    largest = {"loss": max(mean, abs(product))}
    return largest | {"gradient": max(mean, target)} if o.log_input else largest


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
