# SPDX-License-Identifier: Apache-2.0
"""Total variation of a sequence: strength sum |w_(k+1) - w_k|. Equal neighbours are tested by themselves."""

from mpmath import fsum

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"strength": 0.01}


def loss(parameters, o):
    return o.strength * fsum(abs(b - a) for a, b in zip(parameters, parameters[1:]))


def groups(random):
    edges = [[1.0], [3.0, -4.0], [0.0, 1.0, 0.0], [1e-300, -2e-300], [1e300, 1.0, -1e-300], [1.0, 1.0 + 2.0**-52, 1.0]]
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 250.0}):
        cases = [[random.uniform(-3, 3) for _ in range(size)] for size in (2, 3, 8, 9, 10, 30)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, [(row,) for row in edges + cases]
