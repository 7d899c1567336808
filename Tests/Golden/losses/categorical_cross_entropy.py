# SPDX-License-Identifier: Apache-2.0
"""Categorical cross-entropy of a row: sum_k w_k y'_k (-log p_k), y'_k = (1 - s) y_k + s/K, 0 log 0 = 0.

y is the given distribution, or one-hot for a class index; w is class_weights, or 1. The predictions are
the p_k, each clipped to [epsilon, 1 - epsilon] and not renormalised, or logits with p = softmax(z),
never clipped. Where a p_k is clipped, gradient and Hessian are those of the unclipped formula at the
clipped probability. A row whose target is ignore_index is 0 throughout.
"""

from mpmath import exp, fsum, log, mpf

import samples

SEED = "categorical-cross-entropy"
KIND = "rowwise"
OPTIONS = {
    "from_logits": False, "epsilon": 2.220446049250313e-16, "label_smoothing": 0.0,
    "class_weights": None, "ignore_index": None, "axis": -1,
}


def clip(prediction, o):
    if o.from_logits:
        return prediction
    return max(o.epsilon, min(1 - mpf(o.epsilon), prediction))


def labels(target, size):
    return target if isinstance(target, list) else [mpf(k == target) for k in range(size)]


def loss(predictions, target, o):
    size = len(predictions)
    if o.ignore_index is not None and target == o.ignore_index:
        return mpf(0)
    weights = o.class_weights or [mpf(1)] * size
    p = predictions
    if o.from_logits:
        powers = [exp(z) for z in predictions]
        p = [power / fsum(powers) for power in powers]
    smoothed = [(1 - o.label_smoothing) * y + o.label_smoothing / size for y in labels(target, size)]
    return fsum(-w * y * log(x) for w, y, x in zip(weights, smoothed, p) if w * y != 0)


LOGIT_ROWS = [
    [0.0, 0.0], [1e8, 1e8], [1e8, 1e8 + 1], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0],
    [710.0, -710.0], [710.0, 0.0, -710.0], [355.0, -355.0, 1.0], [1e4, -1e4, 0.0], [1e-8, -1e-8], [0.25] * 4,
    [1e150, 1e150], [17.0, 16.999999999999996], [37.0, 0.0, 37.0], [-745.0, -746.0, -744.5], [1.0, 2.0, 3.0],
]
PROBABILITY_ROWS = [
    [0.5, 0.5], [1.0, 0.0], [1 - 2.0**-53, 1e-16], [1 - 2.0**-24, 2.0**-24], [1e-300, 1.0, 0.0],
    [0.25, 0.25, 0.5], [1e-8, 1 - 1e-8], [1e-45, 0.5, 0.5], [0.9999, 0.0004], [0.2, 0.3, 0.4995], [0.1] * 10,
]


def groups(random):
    def spread(low, high, sizes):
        return [[random.uniform(low, high) for _ in range(size)] for size in sizes]

    def index(row):
        return random.randrange(len(row))

    logits = LOGIT_ROWS + spread(-5, 5, range(2, 11)) + spread(-700, 700, (2, 3, 5))
    rows = [(row, index(row)) for row in logits]
    rows += [(row, k) for row in ([40.0, 0.0, 0.0], [710.0, -710.0]) for k in range(len(row))]
    rows += [(row, samples.onehot(index(row), len(row))) for row in spread(-5, 5, (2, 3))]
    rows += [(row, samples.even(random, len(row))) for row in LOGIT_ROWS[::2] + spread(-5, 5, (2, 3, 6, 10))]
    rows += [(row, samples.peaked(random, len(row))) for row in spread(-30, 30, (3, 4, 5))]
    rows += [([0.0] * 4, [0.25] * 4), ([3.0, -1.0, 2.0], [0.5, 0.5, 0.0])]
    yield {"from_logits": True}, rows

    three = [[40.0, 0.0, 0.0], [-200.0] * 3, [1e8, 1e8, 0.0], [710.0, 0.0, -710.0]] + spread(-8, 8, (3, 3, 3))
    for options in (
        {"label_smoothing": 0.1}, {"label_smoothing": 1.0}, {"class_weights": [1.0, 2.5, 0.0]},
        {"class_weights": [0.3, 1.0, 4.0], "label_smoothing": 0.2},
    ):
        rows = [(row, index(row)) for row in three]
        rows += [(row, samples.even(random, 3)) for row in spread(-4, 4, (3, 3))]
        yield {"from_logits": True} | options, rows
    yield {"from_logits": True, "ignore_index": -100}, [(three[0], -100), (three[4], -100), (three[5], 2)]
    yield {"from_logits": True, "ignore_index": 1}, [(three[4], 1), (three[5], 0), (three[6], 2)]

    rows = [(row, index(row)) for row in PROBABILITY_ROWS]
    rows += [(row, 0) for row in ([0.0, 1.0], [1e-300, 1.0], [2.0**-52, 1 - 2.0**-52], [2.0**-53, 1.0])]
    rows += [(samples.even(random, size), random.randrange(size)) for size in (2, 3, 5, 10)]
    rows += [(samples.peaked(random, size), random.randrange(size)) for size in (2, 3, 4)]
    rows += [(row, samples.even(random, len(row))) for row in PROBABILITY_ROWS]
    rows += [([0.0, 0.6, 0.4], [0.0, 1.0, 0.0]), ([0.0, 0.6, 0.4], [0.2, 0.8, 0.0])]
    yield {}, [(samples.distribution(row), target) for row, target in rows]

    three = [[1.0, 0.0, 0.0], [1e-9, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], samples.even(random, 3)]
    for options in (
        {"epsilon": 1e-7}, {"epsilon": 0.01, "label_smoothing": 0.1}, {"class_weights": [1.0, 2.0, 0.5]},
        {"class_weights": [0.0, 1.5, 1.0], "label_smoothing": 0.3},
    ):
        rows = [(row, index(row)) for row in three] + [(three[3], samples.even(random, 3))]
        yield options, [(samples.distribution(row), target) for row, target in rows]
    yield {"epsilon": 0.0}, [
        ([1.0, 0.0, 0.0], 0), ([0.0, 0.5, 0.5], [0.0, 0.25, 0.75]), ([1e-100, 1.0], 0), ([1e-150, 1.0], [1e-3, 0.999]),
        (samples.peaked(random, 5), 3), (samples.peaked(random, 5), samples.peaked(random, 5)),
    ]
    # Where 1 - epsilon is not a double, or rounds to 1.
    for epsilon in (1e-7, 1e-15, 1e-16, 1e-17, 1e-20):
        yield {"epsilon": epsilon}, [
            ([1.0, 0.0], 0), ([1.0, 0.0], 1), ([1 - 2.0**-53, 2.0**-53], [0.25, 0.75]), ([1.0, 0.0], [0.5, 0.5]),
        ]
