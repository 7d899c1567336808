# SPDX-License-Identifier: Apache-2.0
"""Elastic net: strength (l1_ratio sum |w| + (1 - l1_ratio)/2 sum w^2).

At w = 0 the absolute value contributes 0 to the gradient and the Hessian; the square contributes as usual.
"""

import samples

SEED = "elastic-net"
KIND = "penalty"
OPTIONS = {"strength": 0.01, "l1_ratio": 0.5}


def term(w, o):
    return o.strength * (o.l1_ratio * abs(w) + (1 - o.l1_ratio) / 2 * w**2)


def kink(w, o):
    if w == 0:
        return {"gradient": 0, "hessian": o.strength * (1 - o.l1_ratio)}


def groups(random):
    edges = [[0.0], [1.0], [-2.5], [1e-300, -1e-300, 0.0], [1e150, -1e150, 1.0], [0.5, -1.2], [1e-160, 0.0]]
    for options in (
        {}, {"l1_ratio": 0.0}, {"l1_ratio": 1.0}, {"l1_ratio": 0.15}, {"strength": 0.0},
        {"strength": 3.0, "l1_ratio": 0.9},
    ):
        cases = [[random.uniform(-3, 3) for _ in range(size)] for size in (1, 3, 8)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, edges + cases
    yield {"strength": 1e-310, "l1_ratio": 0.3}, [[1e10, -3e10, 2.5e11]]
