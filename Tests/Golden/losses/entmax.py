# SPDX-License-Identifier: Apache-2.0
"""The entmax loss of a row: (p - y) z + H(p) - H(y), H(p) = sum (p - p^alpha) / (alpha (alpha - 1)).

p is max(0, (alpha - 1) z - tau)^(1/(alpha - 1)) with the tau for which its sum is 1, found by Newton's method from below.
y is the given distribution, or one-hot for a class index, smoothed. The loss is times the weight of the row.
"""

from mpmath import fsum, mp, mpf

import samples

KIND = "rowwise"
OPTIONS = {"alpha": 1.5, "class_weights": None, "label_smoothing": 0.0, "ignore_index": None, "axis": -1}


def probabilities(z, o):
    e = 1 / (o.alpha - 1)
    x = [(o.alpha - 1) * (value - max(z)) for value in z]
    tau = mpf(-1)
    while True:
        inside = [value - tau for value in x if value > tau]
        step = (fsum(u**e for u in inside) - 1) / (e * fsum(u ** (e - 1) for u in inside))
        tau += step
        if abs(step) < mpf(10) ** (-mp.dps * 2 // 3):
            return [max(mpf(0), value - tau) ** e for value in x]


def entropy(p, o):
    return fsum(x - x**o.alpha for x in p) / (o.alpha * (o.alpha - 1))


def smoothed(target, size, o):
    y = target if isinstance(target, list) else [mpf(k == target) for k in range(size)]
    return [(1 - o.label_smoothing) * x + o.label_smoothing / size for x in y]


def weight(target, o):
    """The weight of a row, the mean of those of its classes."""
    if o.class_weights is None:
        return mpf(1)
    return fsum(w * y for w, y in zip(o.class_weights, target)) if isinstance(target, list) else o.class_weights[target]


def loss(predictions, target, o):
    if target == o.ignore_index:
        return mpf(0)
    y, p = smoothed(target, len(predictions), o), probabilities(predictions, o)
    return weight(target, o) * (fsum((q - t) * z for q, t, z in zip(p, y, predictions)) + entropy(p, o) - entropy(y, o))


def terms(predictions, target, o):
    if target == o.ignore_index:
        return {}
    w = weight(target, o)
    size = max(1 / (o.alpha - 1), *(abs(z) for z in predictions))
    return {"loss": w * size, "gradient": w, "hessian": w}


ROWS = [
    [0.0, 0.0], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [1e-8, -1e-8], [1.0, 2.0, 3.0], [0.25] * 4,
    [0.5, -0.5, 0.0], [17.0, 16.999999999999996], [0.0, -1.5], [1.0, 0.0, 0.5, -3.0], [1e300, 0.0],
]


def groups(random):
    def spread(low, high, sizes):
        return [[random.uniform(low, high) for _ in range(size)] for size in sizes]

    for alpha in (1.25, 1.1, 1.75, 1.9):
        options = {"alpha": alpha}
        rows = [(row, 0) for row in ROWS]
        rows += [(row, random.randrange(len(row))) for row in spread(-3, 3, (2, 3, 5, 8)) + spread(0, 0.1, (5,))]
        if alpha == 1.25:
            rows += [(row, 1) for row in spread(-1, 1, (12,))]
        rows += [(row, samples.even(random, len(row))) for row in spread(-2, 2, (2, 3, 4))]
        rows += [(row, samples.peaked(random, len(row))) for row in spread(-1, 1, (3,)) + ROWS[2:3]]
        yield options, rows
    yield {"alpha": 1.25, "label_smoothing": 0.1}, [(row, 1) for row in ROWS[:3] + spread(-1, 1, (3,))]
    three = [(row, random.randrange(3)) for row in spread(-1, 1, [3] * 3)] + [(spread(-1, 1, (3,))[0], samples.even(random, 3))]
    yield {"alpha": 1.75, "class_weights": [0.3, 1.0, 4.0]}, three
    yield {}, [(row, 1) for row in ROWS[:3] + spread(-1, 1, (3,))]
    yield {"alpha": 2.0}, [(row, 1) for row in ROWS[:3] + spread(-1, 1, (3,))]
