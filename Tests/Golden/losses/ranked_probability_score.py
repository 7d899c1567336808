# SPDX-License-Identifier: Apache-2.0
"""The ranked probability score: sum_(k < K) (sum_(j <= k) (q_j - y_j))^2, divided by K - 1 if normalized."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"normalized": False}


def differences(predictions, targets):
    y = targets
    if not isinstance(targets, list):
        y = [mpf(k == targets) for k in range(len(predictions))]
    return [fsum(predictions[:k]) - fsum(y[:k]) for k in range(1, len(predictions))]


def loss(predictions, targets, o):
    return fsum(d * d for d in differences(predictions, targets)) / (len(predictions) - 1 if o.normalized else 1)


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradient and Hessian of the predictions."""
    sizes = [abs(d) for d in differences(predictions, targets)]
    largest = max(sizes)
    return [largest, 2 * max(largest, mpf(1)), 0]


def groups(random):
    pairs = [(q, y) for q, y in samples.distributions(random) if len(q) > 1]
    classes = [(q, random.randrange(len(q))) for q, _ in pairs]
    edges = [([1.0, 0.0, 0.0], 2), ([0.0, 1.0], 1), ([0.25] * 4, 0)]
    yield {}, pairs + classes + edges
    yield {"normalized": True}, pairs[::3] + classes[::2]
