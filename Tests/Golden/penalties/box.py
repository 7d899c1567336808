# SPDX-License-Identifier: Apache-2.0
"""The indicator of lower <= w <= upper; at both ends the gradient is 0, the least normal."""

from mpmath import inf, mpf

KIND = "penalty"
OPTIONS = {"lower": 0.0, "upper": 1.0}


def term(w, o):
    return mpf(0) if o.lower <= w <= o.upper else inf


def kink(w, o):
    if w in (o.lower, o.upper):
        return {"gradient": 0, "hessian": 0}


def groups(random):
    for options in ({}, {"lower": -2.5, "upper": 1e300}, {"lower": 3.0, "upper": 3.0}):
        lower, upper = options.get("lower", 0.0), options.get("upper", 1.0)
        cases = [[lower], [upper], [lower, upper]]
        if lower < upper:
            cases += [[random.uniform(lower, upper) for _ in range(size)] for size in (1, 3, 8)]
        yield options, cases
