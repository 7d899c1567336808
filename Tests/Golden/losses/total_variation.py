# SPDX-License-Identifier: Apache-2.0
"""The total variation distance: sum_k |q - y|/2."""

from mpmath import fsum

import samples

KIND = "inputs"
OPTIONS = {}


def loss(predictions, targets, o):
    return fsum(abs(q - y) / 2 for q, y in zip(predictions, targets))


def kink(predictions, targets, o):
    # Differences of both sides have an error that is large beside 0.
    own = [{"hessian": 0} | ({"gradient": 0} if q == y else {}) for q, y in zip(predictions, targets)]
    return {0: own, 1: own}


def groups(random):
    zeros = [([0.0, 1.0], [0.25, 0.75]), ([0.5, 0.5, 0.0], [1.0, 0.0, 0.0]), ([1.0, 0.0], [0.0, 1.0])]
    yield {}, samples.distributions(random) + zeros
