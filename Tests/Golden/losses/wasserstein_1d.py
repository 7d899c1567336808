# SPDX-License-Identifier: Apache-2.0
"""The Wasserstein distance of order 1 over equally spaced places: sum_(k < K) |sum_(j <= k) (q_j - y_j)|."""

from mpmath import fsum

import samples

KIND = "arrays"
DIFFERENTIABLE = [0, 1]
OPTIONS = {}


def loss(predictions, targets, o):
    return fsum(abs(fsum(predictions[:k]) - fsum(targets[:k])) for k in range(1, len(predictions)))


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradients and Hessians of predictions and targets."""
    return [max(predictions + targets), 0, 0, 0, 0]


def groups(random):
    pairs = samples.distributions(random)
    zeros = [([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]), ([0.0, 1.0], [0.25, 0.75]), ([1.0, 0.0], [0.0, 1.0])]
    # At equal distribution functions there are kinks.
    yield {}, [(q, y) for q, y in pairs + zeros if q != y and len(q) > 1 and all(
        abs(sum(q[:k]) - sum(y[:k])) > 1e-20 for k in range(1, len(q)))]
