# SPDX-License-Identifier: Apache-2.0
"""The indicator of w >= 0; at 0 the gradient is 0, the least normal."""

from mpmath import inf, mpf

KIND = "penalty"
OPTIONS = {}


def term(w, o):
    return mpf(0) if w >= 0 else inf


def kink(w, o):
    if w == 0:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    cases = [[random.uniform(0, 9) for _ in range(size)] for size in (1, 3, 8)]
    yield {}, [[0.0], [5e-324, 1.7e308], [0.0, 1.0], *cases]
