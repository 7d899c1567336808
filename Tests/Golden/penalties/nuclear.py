# SPDX-License-Identifier: Apache-2.0
"""The nuclear norm: strength times the sum of the singular values. Singular matrices are tested by themselves."""

from mpmath import fsum, matrix, mp, mpf, svd_r

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"strength": 0.01}


def singular_values(parameters):
    # The method iterates to a precision that does not suffice for a second difference at the given one.
    with mp.workdps(mp.dps + 20):
        return list(svd_r(matrix(parameters), compute_uv=False))


def loss(parameters, o):
    return o.strength * fsum(singular_values(parameters))


def terms(parameters, o):
    """The largest terms of the loss, the gradient and the Hessian, enlarged by the condition of the matrix."""
    values = singular_values(parameters)
    least, condition = min(values), max(values) / min(values)
    return [loss(parameters, o), o.strength * condition * mpf(2)**8, o.strength / least * condition**2 * mpf(2)**8]


def groups(random):
    edges = [[[2.5]], [[3.0, -4.0]], [[1.0], [2.0], [-2.0]], [[1e-150, 0.0], [1e-150, 2e-150]], [[1e150, 0.0], [1.0, 2e150]], [[1.0, 1.0], [1.0, 1.0 + 2.0**-30]]]
    for options in ({}, {"strength": 250.0}):
        cases = [[[random.uniform(-3, 3) for _ in range(columns)] for _ in range(rows)] for rows, columns in ((2, 2), (3, 2), (2, 4), (3, 3))]
        yield options, [(matrix,) for matrix in edges + cases]
