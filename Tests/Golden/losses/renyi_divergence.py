# SPDX-License-Identifier: Apache-2.0
"""The Renyi divergence: log(sum_k y^a q^(1-a)/sum_k y)/(a - 1), a the alpha; for 1, sum_k y log(y/q)/sum_k y."""

from mpmath import fsum, log

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"alpha": 2.0}


def loss(predictions, targets, o):
    pairs = [(q, y) for q, y in zip(predictions, targets) if y != 0]
    if o.alpha == 1:
        return fsum(y * log(y / q) for q, y in pairs) / fsum(targets)
    powers = fsum(y**o.alpha * q ** (1 - o.alpha) for q, y in pairs)
    return log(powers / fsum(targets)) / (o.alpha - 1)


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradient and Hessian of predictions."""
    excess = abs(fsum(predictions) - fsum(targets))
    return [excess, 0, 0]


def groups(random):
    pairs = samples.distributions(random)
    zeros = [([0.25] * 4, [0.0, 0.5, 0.5, 0.0]), ([0.5, 0.5], [0.0, 1.0]), ([0.1] * 10, samples.onehot(3, 10))]
    far = [
        ([0.300805061605709, 0.3839903308435641, 0.31520460755072677], [0.9999999999999991, 9.341818528343577e-16, 1.6136897155585446e-23]),
        ([6.8e-15, 0.5, 0.4999999999999932], [1e-26, 0.5, 0.5]), ([1e-20, 0.5, 0.5], [1e-50, 0.5, 0.5]), ([1e-20, 0.5, 0.5], [4e-40, 0.5, 0.5]),
    ]
    for k, alpha in enumerate((2.0, 1.0, 0.5, 1 + 1e-9, 1 - 1e-9, samples.above(1.0), samples.below(1.0), 1e-9, 0.1, 0.9, 1.3,
                               3.7, 16.0)):
        yield {} if alpha == 2 else {"alpha": alpha}, zeros + far + (pairs if alpha == 2 else pairs[k % 3::3])
