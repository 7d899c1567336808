# SPDX-License-Identifier: Apache-2.0
"""The ranked probability score: sum_(k < K) (sum_(j <= k) (q_j - y_j))^2, divided by K - 1 if normalized, times the
mean weight of the classes."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"normalized": False, "class_weights": None}


def differences(predictions, targets):
    y = targets
    if not isinstance(targets, list):
        y = [mpf(k == targets) for k in range(len(predictions))]
    return [fsum(predictions[:k]) - fsum(y[:k]) for k in range(1, len(predictions))]


def loss(predictions, targets, o):
    squares = fsum(d * d for d in differences(predictions, targets))
    return weight(targets, o) * squares / (len(predictions) - 1 if o.normalized else 1)


def weight(targets, o):
    if o.class_weights is None:
        return mpf(1)
    return fsum(c * y for c, y in zip(o.class_weights, targets)) if isinstance(targets, list) else o.class_weights[int(targets)]


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradient and Hessian of the predictions."""
    sizes = [abs(d) for d in differences(predictions, targets)]
    largest = max(sizes)
    return [weight(targets, o) * size for size in (largest, 2 * max(largest, mpf(1)), 0)]


def groups(random):
    pairs = [(q, y) for q, y in samples.distributions(random) if len(q) > 1]
    classes = [(q, random.randrange(len(q))) for q, _ in pairs]
    edges = [([1.0, 0.0, 0.0], 2), ([0.0, 1.0], 1), ([0.25] * 4, 0)]
    yield {}, pairs + classes + edges
    yield {"normalized": True}, pairs[::3] + classes[::2]
    three = [samples.even(random, 3) for _ in range(3)]
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield {"class_weights": weights}, [(q, k) for k, q in enumerate(three)] + [(q, samples.even(random, 3)) for q in three]
