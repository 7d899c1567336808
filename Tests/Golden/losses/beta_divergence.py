# SPDX-License-Identifier: Apache-2.0
"""The beta divergence: sum_k (y^b + (b - 1) q^b - b y q^(b-1))/(b (b - 1)), b the beta.

For beta 1 it is sum_k y log(y/q) + q - y, for beta 0 sum_k y/q - log(y/q) - 1.
"""

from mpmath import fsum, log

import samples

KIND = "inputs"
OPTIONS = {"beta": 1.0}


def term(q, y, b):
    u = q / y
    if b == 1:
        return y * (u - 1 - log(u))
    if b == 0:
        return 1 / u + log(u) - 1
    return y**b * (1 + (b - 1) * u**b - b * u ** (b - 1)) / (b * (b - 1))


def loss(predictions, targets, o):
    return fsum(term(q, y, o.beta) for q, y in zip(predictions, targets))


def kink(predictions, targets, o):
    # Differences of both sides have an error that is large beside 0.
    own = [{"gradient": 0} if q == y else None for q, y in zip(predictions, targets)]
    return {0: own, 1: own}


def groups(random):
    pairs = samples.measures(random)
    for k, beta in enumerate((1.0, 0.0, 2.0, 0.5, 1.5, 1e-9, -1e-9, 1 + 1e-9, 1 - 1e-9, samples.above(1.0), 0.1, 1.1, 3.0, 2.7,
                              -1.0, -0.4, 8.0, -8.0)):
        yield {} if beta == 1 else {"beta": beta}, pairs if beta == 1 else pairs[k % 4::4]
