# SPDX-License-Identifier: Apache-2.0
"""The 1.5-entmax loss of a row: (p - y) z + H(p) - H(y), H(p) = 4/3 sum (p - p^1.5), p = max(0, z/2 - tau)^2.

y is the given distribution, or one-hot for a class index, smoothed. tau, for which the sum of p is 1, is found by sorting
(B. Peters, V. Niculae, A. F. T. Martins, 2019, algorithm 2).
"""

from mpmath import fsum, mpf, sqrt

import samples

KIND = "rowwise"
OPTIONS = {"class_weights": None, "label_smoothing": 0.0, "ignore_index": None, "axis": -1}


def probabilities(z):
    ranked = sorted((x / 2 for x in z), reverse=True)
    for count in range(len(z), 0, -1):
        mean = fsum(ranked[:count]) / count
        rest = (1 - fsum((x - mean) ** 2 for x in ranked[:count])) / count
        if rest >= 0 and mean - sqrt(rest) <= ranked[count - 1]:
            return [max(mpf(0), x / 2 - mean + sqrt(rest)) ** 2 for x in z]


def entropy(p):
    return fsum(x - x * sqrt(x) for x in p) * 4 / 3


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
    y, p = smoothed(target, len(predictions), o), probabilities(predictions)
    return weight(target, o) * (fsum((q - t) * z for q, t, z in zip(p, y, predictions)) + entropy(p) - entropy(y))


def terms(predictions, target, o):
    if target == o.ignore_index:
        return {}
    w = weight(target, o)
    return {"loss": w * max(1, *(abs(z) for z in predictions)), "gradient": w, "hessian": w}


ROWS = [
    [0.0, 0.0], [1e8, 1e8], [1e8, 1e8 + 1], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [1e150, 1e150],
    [1e300, 0.0], [-1e300, 1e300], [1e-8, -1e-8], [1.0, 2.0, 3.0], [0.25] * 4, [0.5, -0.5, 0.0],
    [17.0, 16.999999999999996], [0.0, -1.5], [1.0, 0.0, 0.5, -3.0], [0.75, 0.25, -0.25, 0.0],
    # Scores that leave the support one by one.
    [-(2.0**-k) for k in range(1, 12)], [1 - 2.0**k for k in range(8)], [-0.2 * k for k in range(17)],
]


def groups(random):
    def spread(low, high, sizes):
        return [[random.uniform(low, high) for _ in range(size)] for size in sizes]

    rows = [(row, k) for row in ROWS for k in range(min(len(row), 2))]
    rows += [(row, random.randrange(len(row))) for row in spread(-2, 2, range(2, 13)) + spread(0, 0.1, (5, 9, 30)) + spread(-30, 30, (3, 7))]
    rows += [([samples.signed(random, -40, 5) for _ in range(size)], 1) for size in (2, 3, 8, 9)]
    # Near certainty: predictions near the target.
    rows += [([1.0, 1.0 - gap, -1.5], k) for gap in (1.9, 2 - 2.0**-20, 2 - 2.0**-50, 2 + 2.0**-20, 3.0) for k in range(2)]
    # Rows longer than those that are computed eight at a time.
    rows += [([random.uniform(-1, 1) for _ in range(131)], 77), ([random.uniform(0, 0.01) for _ in range(131)], 3)]
    yield {}, rows
    soft = [(row, samples.even(random, len(row))) for row in spread(-2, 2, (2, 3, 6, 10)) + ROWS[:6]]
    soft += [(row, samples.peaked(random, len(row))) for row in spread(-2, 2, (3, 4, 5)) + ROWS[10:14]]
    soft += [([2 * x + 3.0 for x in (0.5, 0.25, 0.25)], [0.25, 0.0625, 0.6875]), ([1.0, 0.5, 0.0], [0.5, 0.5, 0.0])]
    yield {}, soft
    for smoothing in (0.1, 1.0):
        yield {"label_smoothing": smoothing}, [(row, 1) for row in ROWS[:6] + spread(-2, 2, (3, 7))] + soft[:3]
    yield {"ignore_index": 1}, [([0.5, 0.25, 0.0], 1), ([0.5, 0.25, 0.0], 2)]
    for more in ({}, {"label_smoothing": 0.1}):
        three = [(row, random.randrange(3)) for row in spread(-1, 1, [3] * 4)] + [(row, samples.even(random, 3)) for row in spread(-1, 1, [3] * 3)]
        yield {"class_weights": [0.3, 1.0, 4.0]} | more, three
        yield {"class_weights": [0.0, 1e100, 1e-100]} | more, three
