# SPDX-License-Identifier: Apache-2.0
"""The squared log-sum-exp of a row of logits."""

from mpmath import exp, fsum, log

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {}


def loss(predictions, o):
    top = max(predictions)
    return (top + log(fsum(exp(x - top) for x in predictions))) ** 2


def terms(predictions, o):
    """A log-sum-exp near 0 is a difference of the greatest logit and a logarithm."""
    size = max(abs(x) for x in predictions) + 3
    return [size**2, 2 * size, 4 * size]


def groups(random):
    rows = [(row,) for pair in logits.pairs(random) for row in pair]
    # Log-sum-exps near 0.
    rows += [([-0.6931471805599453, -0.6931471805599453],), ([-1.0, -0.4586751453870819],), ([-40.0, -1e-17],), ([0.0],), ([-3.5],)]
    yield {}, rows
