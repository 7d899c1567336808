# SPDX-License-Identifier: Apache-2.0
"""SLOPE: strength sum alpha_i |w|_(i), both in descending order. Equal magnitudes and zeros are tested by themselves."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"strength": 0.01, "alphas": None}


def weights(count, o):
    if o.alphas is None:
        return [mpf(count - i) / count for i in range(count)]
    return o.alphas if isinstance(o.alphas, list) else [o.alphas] * count


def loss(parameters, o):
    sizes = sorted((abs(w) for w in parameters), reverse=True)
    return o.strength * fsum(a * w for a, w in zip(weights(len(sizes), o), sizes))


def groups(random):
    edges = [[1.0], [-2.5], [3.0, -4.0], [1e-300, -2e-300], [1e300, 1.0, -1e-300], [5e-324, 1e-323]]
    for options in ({}, {"strength": 1.0}, {"strength": 250.0}, {"strength": 2.0, "alphas": 0.75}):
        cases = [[random.uniform(-3, 3) for _ in range(size)] for size in (1, 2, 5, 8, 9, 30)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, [(row,) for row in edges + cases]
    for alphas in ([2.0, 0.1, 0.0], [1e10, 1.0, 1.0], [0.0, 0.0, 0.0]):
        yield {"strength": 1.0, "alphas": alphas}, [([random.uniform(-3, 3) for _ in range(3)],) for _ in range(4)]
