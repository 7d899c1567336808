# SPDX-License-Identifier: Apache-2.0
"""The Jensen-Shannon divergence: sum_k (y log(y/m) + q log(q/m))/2, m = (q + y)/2."""

from mpmath import fsum, log

import samples

KIND = "inputs"
OPTIONS = {}


def loss(predictions, targets, o):
    return fsum((y * log(2 * y / (q + y)) + q * log(2 * q / (q + y))) / 2 for q, y in zip(predictions, targets))


def kink(predictions, targets, o):
    # Differences of both sides have an error that is large beside 0.
    own = [{"gradient": 0} if q == y else None for q, y in zip(predictions, targets)]
    return {0: own, 1: own}


def groups(random):
    # Tiny numbers, one of them far less than the other.
    tiny = [([1.8738686368170424e-252, 1.0], [8.163436488529184e-227, 1.0]), ([1.0, 3e-200, 1e-300], [1.0, 1e-300, 7e-250])]
    yield {}, samples.distributions(random) + tiny
