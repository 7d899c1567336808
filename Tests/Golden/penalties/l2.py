# SPDX-License-Identifier: Apache-2.0
"""L2: strength sum w^2."""

import samples

KIND = "penalty"
OPTIONS = {"strength": 0.01}


def term(w, o):
    return o.strength * w**2


def groups(random):
    edges = [[0.0], [1.0], [-2.5], [0.0, 0.0], [1e-300, -1e-300, 0.0], [1e150, -1e150, 1.0], [0.5, -1.2], [1e-160, 0.0]]
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 1e-6}, {"strength": 250.0}):
        cases = [[random.uniform(-3, 3) for _ in range(size)] for size in (1, 3, 8)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, edges + cases
