# SPDX-License-Identifier: Apache-2.0
"""Soft orthogonality: strength sum (w_i . w_j - [i = j])^2 over rows or columns, with or without i = j."""

from mpmath import fsum

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"strength": 0.01, "mode": "rows", "diagonal": True}


def vectors(matrix, o):
    return matrix if o.mode == "rows" else [list(column) for column in zip(*matrix)]


def products(parameters, o):
    rows = vectors(parameters, o)
    return [[fsum(x * y for x, y in zip(a, b)) for b in rows] for a in rows]


def loss(parameters, o):
    inner = products(parameters, o)
    pairs = [(i, j) for i in range(len(inner)) for j in range(len(inner)) if i != j or o.diagonal]
    return o.strength * fsum((inner[i][j] - (i == j)) ** 2 for i, j in pairs)


def terms(parameters, o):
    """The largest terms of the loss, the gradient and the Hessian."""
    greatest = max(abs(w) for row in parameters for w in row)
    size = max(1, greatest**2)
    return [o.strength * size**2, 4 * o.strength * size * greatest, 8 * o.strength * size]


def groups(random):
    edges = [
        [[1.0, 2.0]], [[3.0], [-4.0], [0.5]], [[1.0, 1e-9], [1e-9, 1.0]], [[1e-150, 2e-150], [1e70, 1e69]],
        [[0.6, 0.8], [-0.8, 0.6]], [[0.0, 0.0], [1.0, 2.0]], [[2.0, 1.0], [1.0, 2.0], [-1.0, 1.5]],
    ]
    for options in ({}, {"strength": 250.0, "mode": "columns"}, {"strength": 1.0, "diagonal": False}):
        cases = [[[random.uniform(-2, 2) for _ in range(columns)] for _ in range(rows)] for rows, columns in ((2, 2), (3, 2), (2, 5), (4, 9))]
        cases += [[[samples.signed(random, -30, 30) for _ in range(3)] for _ in range(3)]]
        yield options, [(matrix,) for matrix in edges + cases]
