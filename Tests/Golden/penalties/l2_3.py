# SPDX-License-Identifier: Apache-2.0
"""Powers of 2/3: strength sum |w|^(2/3). At w = 0 gradient and Hessian are 0."""

from mpmath import mpf

import samples

KIND = "penalty"
OPTIONS = {"strength": 0.01}


def term(w, o):
    return o.strength * abs(w) ** (mpf(2) / 3)


def kink(w, o):
    if w == 0:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    edges = [[0.0], [1.0], [-2.5], [0.0, 0.0], [1e-300, -1e-300, 0.0], [1e300, -1e150, 1.0], [27.0, -8.0], [1e-200, 1.7e308]]
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 1e-6}, {"strength": 250.0}):
        cases = [[random.uniform(-3, 3) for _ in range(size)] for size in (1, 3, 8)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, edges + cases
