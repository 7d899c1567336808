# SPDX-License-Identifier: Apache-2.0
"""Minimax concave penalty: |w| (strength - |w|/(2 gamma)) up to gamma strength, constant beyond.

At w = 0 the gradient is 0, the middle of the subdifferential; at |w| = gamma strength the Hessian is that below.
"""

import samples

KIND = "penalty"
OPTIONS = {"strength": 0.01, "gamma": 3.0}


def term(w, o):
    if abs(w) <= o.gamma * o.strength:
        return o.strength * abs(w) - w**2 / (2 * o.gamma)
    return o.gamma * o.strength**2 / 2


def kink(w, o):
    if w == 0:
        return {"gradient": 0, "hessian": -1 / o.gamma}
    if abs(w) == o.gamma * o.strength:
        return {"gradient": 0, "hessian": -1 / o.gamma}


def groups(random):
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 0.3, "gamma": 1.5}, {"strength": 7.0, "gamma": 40.0}):
        limit = options.get("strength", 0.01) * options.get("gamma", 3.0)
        cases = [[0.0], [1.0], [-2.5], [1e-300, -1e-300, 0.0], [1e150, -1e150, 1.0], [5e-324, 1.0]]
        cases += [[x, -x] for x in samples.near(limit)] if limit else []
        cases += [[random.uniform(-1.2, 1.2) * (limit or 1) for _ in range(size)] for size in (1, 3, 8, 8)]
        yield options, cases
