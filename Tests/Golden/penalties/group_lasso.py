# SPDX-License-Identifier: Apache-2.0
"""The group lasso: strength sqrt(sum w^2) of each group. A group of zeros is tested by itself."""

from mpmath import fsum, sqrt

import samples

KIND = "inputs"
OPTIONS = {"strength": 0.01}


def loss(parameters, o):
    return o.strength * sqrt(fsum(w * w for w in parameters))


def terms(parameters, o):
    """The largest terms of the loss, the gradient and the Hessian."""
    length = sqrt(fsum(w * w for w in parameters))
    return [loss(parameters, o), o.strength, o.strength / length]


def groups(random):
    edges = [[1.0], [-2.5], [3.0, 4.0], [0.0, 1.0, 0.0], [1e-160, 2e-160], [1e200, -1e200], [1e100, 1e-100], [1.0, 1e-9]]
    for options in ({}, {"strength": 0.0}, {"strength": 1.0}, {"strength": 250.0}):
        cases = [[random.uniform(-3, 3) for _ in range(size)] for size in (1, 2, 3, 8, 9, 30)]
        cases += [[samples.signed(random, -100, 100) for _ in range(6)]]
        yield options, [(row,) for row in edges + cases]
