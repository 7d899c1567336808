# SPDX-License-Identifier: Apache-2.0
"""The alpha divergence of Amari: sum_k (a y + (1 - a) q - y^a q^(1-a))/(a (1 - a)), a the alpha.

For alpha 1 it is sum_k y log(y/q) + q - y, for alpha 0 sum_k q log(q/y) + y - q.
"""

from mpmath import fsum, log

import samples

KIND = "inputs"
OPTIONS = {"alpha": 0.5}


def term(q, y, a):
    u = q / y
    if a == 1:
        return y * (u - 1 - log(u))
    if a == 0:
        return y * (u * log(u) + 1 - u)
    return y * (a + (1 - a) * u - u ** (1 - a)) / (a * (1 - a))


def loss(predictions, targets, o):
    return fsum(term(q, y, o.alpha) for q, y in zip(predictions, targets))


def kink(predictions, targets, o):
    # Differences of both sides have an error that is large beside 0.
    own = [{"gradient": 0} if q == y else None for q, y in zip(predictions, targets)]
    return {0: own, 1: own}


def groups(random):
    pairs = samples.measures(random)
    for k, alpha in enumerate((0.5, 1.0, 0.0, 2.0, -1.0, 1e-9, -1e-9, 1 + 1e-9, 1 - 1e-9, samples.above(1.0), 0.3, 0.9, 1.7, 5.5,
                               -0.7, -6.3, 16.0, -16.0)):
        yield {} if alpha == 0.5 else {"alpha": alpha}, pairs if alpha == 0.5 else pairs[k % 4::4]
