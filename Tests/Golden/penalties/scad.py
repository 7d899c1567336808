# SPDX-License-Identifier: Apache-2.0
"""SCAD: strength |w| - max(0, |w| - strength)^2/(2 (gamma - 1)) up to gamma strength, constant beyond.

At w = 0 the gradient is 0, the middle of the subdifferential; elsewhere the second derivative at a kink is that below.
"""

import samples

KIND = "penalty"
OPTIONS = {"strength": 0.01, "gamma": 3.7}


def term(w, o):
    size = abs(w)
    if size <= o.strength:
        return o.strength * size
    if size <= o.gamma * o.strength:
        return (2 * o.gamma * o.strength * size - size**2 - o.strength**2) / (2 * (o.gamma - 1))
    return o.strength**2 * (o.gamma + 1) / 2


def kink(w, o):
    size = abs(w)
    if size == 0:
        return {"gradient": 0, "hessian": 0}
    if size == o.strength:
        return {"gradient": o.strength if w > 0 else -o.strength, "hessian": 0}
    if size == o.gamma * o.strength:
        return {"gradient": 0, "hessian": -1 / (o.gamma - 1)}


def groups(random):
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 0.3, "gamma": 2.001}, {"strength": 7.0, "gamma": 40.0}):
        strength = options.get("strength", 0.01)
        limit = strength * options.get("gamma", 3.7)
        cases = [[0.0], [1.0], [-2.5], [1e-300, -1e-300, 0.0], [1e150, -1e150, 1.0], [5e-324, 1.0]]
        cases += [[x, -x] for x in samples.near(limit) + samples.near(strength)] if limit else []
        cases += [[random.uniform(-1.2, 1.2) * (limit or 1) for _ in range(size)] for size in (1, 3, 8, 8)]
        yield options, cases
