# SPDX-License-Identifier: Apache-2.0
"""Orthogonality: strength times the mean of |cos| over the pairs of rows or columns. Zeros are tested by themselves."""

from itertools import combinations

from mpmath import fsum, mpf, sqrt

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"strength": 0.01, "mode": "rows"}


def vectors(matrix, o):
    return matrix if o.mode == "rows" else [list(column) for column in zip(*matrix)]


def length(vector):
    return sqrt(fsum(w * w for w in vector))


def loss(parameters, o):
    cosines = [abs(fsum(x * y for x, y in zip(a, b))) / length(a) / length(b) for a, b in combinations(vectors(parameters, o), 2)]
    return o.strength * fsum(cosines) / len(cosines) if cosines else mpf(0)


def terms(parameters, o):
    """The largest terms of the loss, the gradient and the Hessian."""
    least = min(length(vector) for vector in vectors(parameters, o))
    return [o.strength, o.strength / least, o.strength / least**2]


def groups(random):
    edges = [
        [[1.0, 2.0]], [[3.0], [-4.0], [0.5]], [[1.0, 1e-9], [1e-9, 1.0]], [[1e-150, 2e-150], [1e150, 1e149]],
        [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0 + 2.0**-40]], [[2.0, 1.0], [1.0, 2.0], [-1.0, 1.5]],
    ]
    for options in ({}, {"strength": 1.0}, {"strength": 250.0, "mode": "columns"}):
        cases = [[[random.uniform(-3, 3) for _ in range(columns)] for _ in range(rows)] for rows, columns in ((2, 2), (3, 2), (2, 5), (4, 9))]
        cases += [[[samples.signed(random, -30, 30) for _ in range(3)] for _ in range(3)]]
        yield options, [(matrix,) for matrix in edges + cases]
