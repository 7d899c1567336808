# SPDX-License-Identifier: Apache-2.0
"""The generalized Kullback-Leibler divergence: sum_k (y log(y/q) + q - y), q the prediction or its exponential."""

from mpmath import exp, fsum, log, mpf, workdps

import samples

KIND = "inputs"
OPTIONS = {"log_predictions": False}


def rows(predictions, targets, o):
    return [(exp(p) if o.log_predictions else p, y) for p, y in zip(predictions, targets)]


def loss(predictions, targets, o):
    return fsum(y * (q / y - 1 - log(q / y)) for q, y in rows(predictions, targets, o))


def kink(predictions, targets, o):
    # Differences of both sides have an error that is large beside 0.
    own = [{"gradient": 0} if q == y else None for q, y in rows(predictions, targets, o)]
    return {0: own, 1: own}


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradients and Hessians of predictions and targets."""
    if not o.log_predictions:
        return [0] * 5
    pairs = rows(predictions, targets, o)
    # A logarithm of a target is accurate to 2^-101 of itself.
    sizes = [max(1, abs(log(y)), abs(log(q))) for q, y in pairs]
    own = max(max(q, y) * size for (q, y), size in zip(pairs, sizes))
    return [0, own, max(sizes), 0, 0]


def logs(row):
    with workdps(60):
        return [float(log(mpf(x))) for x in row]


def groups(random):
    pairs = samples.measures(random)
    yield {}, pairs
    yield {"log_predictions": True}, [(logs(q), y) for q, y in pairs[::2]]
