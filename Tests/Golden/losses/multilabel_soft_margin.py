# SPDX-License-Identifier: Apache-2.0
"""The mean binary cross-entropy of the logits of several labels: sum_k w_k (log(1 + e^z_k) - y'_k z_k) / K.

y' is (1 - s) y + s/2, s the label_smoothing.
"""

from mpmath import exp, fsum, log, mpf

import samples

KIND = "inputs"
OPTIONS = {"label_smoothing": 0.0, "label_weights": None, "axis": -1}


def smoothed(targets, o):
    return [(1 - o.label_smoothing) * y + o.label_smoothing / 2 for y in targets]


def loss(predictions, targets, o):
    weights, targets = o.label_weights or [mpf(1)] * len(predictions), smoothed(targets, o)
    each = [w * (y * log(1 + exp(-z)) + (1 - y) * log(1 + exp(z))) for w, z, y in zip(weights, predictions, targets)]
    return fsum(each) / len(predictions)


def terms(predictions, targets, o):
    """The largest terms: of the gradients y / (1 + e^z) and (1 - y) / (1 + e^-z)."""
    most = max(o.label_weights) if o.label_weights else 1
    pairs = zip(predictions, smoothed(targets, o))
    size = max(max(y / (1 + exp(z)), (1 - y) / (1 + exp(-z))) for z, y in pairs)
    return [0, most * size / len(predictions), 0, 0, 0]


def groups(random):
    def hot(size):
        return [float(random.random() < 0.5) for _ in range(size)]

    rows = [(z, hot(len(z))) for z in samples.LOGIT_ROWS[:-5] for _ in range(2)]
    rows = [(z, y) for z, y in rows if max(abs(x) for x in z) < 700]
    for size in (1, 2, 3, 7, 8, 9, 17):
        rows.append(([random.uniform(-5, 5) for _ in range(size)], hot(size)))
        rows.append(([samples.signed(random, -40, 5) for _ in range(size)], [random.random() for _ in range(size)]))
        rows.append(([random.uniform(-40, 40) for _ in range(size)], [samples.probability(random) for _ in range(size)]))
    rows += [([z, -z], [y, 1 - y]) for z in samples.near(1.25, 4) for y in (1 / (1 + 2.0**-1.8033688011112043), 0.5, 1e-8)]
    yield {}, rows
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield {"label_weights": weights}, [([random.uniform(-4, 4) for _ in range(3)], hot(3)) for _ in range(4)]
    for smoothing in (0.1, 1.0):
        yield {"label_smoothing": smoothing}, [([random.uniform(-4, 4) for _ in range(3)], hot(3)) for _ in range(4)] + rows[-8:]
    yield {"label_smoothing": 0.2, "label_weights": [0.3, 1.0, 4.0]}, [([random.uniform(-4, 4) for _ in range(3)], hot(3)) for _ in range(4)]
