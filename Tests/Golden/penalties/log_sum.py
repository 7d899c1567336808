# SPDX-License-Identifier: Apache-2.0
"""Sum of logarithms: strength sum log(1 + |w|/epsilon). At w = 0 the gradient is 0, the middle of the subdifferential."""

from mpmath import log

import samples

KIND = "penalty"
OPTIONS = {"strength": 0.01, "epsilon": 1.0}


def term(w, o):
    return o.strength * log(1 + abs(w) / o.epsilon)


def kink(w, o):
    if w == 0:
        return {"gradient": 0, "hessian": -o.strength / o.epsilon**2}


def groups(random):
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 0.3, "epsilon": 1e-3}, {"strength": 7.0, "epsilon": 1e5}, {"strength": 1e200, "epsilon": 1e100}):
        epsilon = options.get("epsilon", 1.0)
        cases = [[0.0], [1.0], [-2.5], [1e-300, -1e-300, 0.0], [1e150, -1e150, 1.0], [1e-20, 1e-9], [1e308, -1.7e308]]
        cases += [[1e-160, -1e-12]]
        cases += [[random.uniform(-3, 3) * epsilon for _ in range(size)] for size in (1, 3, 8)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, cases
