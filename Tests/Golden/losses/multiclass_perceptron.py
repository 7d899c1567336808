# SPDX-License-Identifier: Apache-2.0
"""The multi-class perceptron loss of a row: w_t (max_k z_k - z_t), w being class_weights or 1.

If the class has the greatest score, the derivatives are 0; several greatest scores share the gradient equally.
"""

from mpmath import mpf

import samples

KIND = "rowwise"
OPTIONS = {"class_weights": None, "ignore_index": None, "axis": -1}


def weight(target, o):
    return o.class_weights[target] if o.class_weights else mpf(1)


def loss(predictions, target, o):
    if target == o.ignore_index:
        return mpf(0)
    return weight(target, o) * (max(predictions) - predictions[target])


def kink(predictions, target, o):
    if target == o.ignore_index:
        return None
    if predictions[target] == max(predictions):
        return [{"gradient": 0, "hessian": 0} for _ in predictions]
    tied = [z == max(predictions) for z in predictions]
    share = weight(target, o) / sum(tied)
    return [{"gradient": share, "hessian": 0} if here else None for here in tied]


ROWS = [
    [0.0, 0.0], [1e8, 1e8], [1e8, 1e8 + 1], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [1e150, 1e150],
    [1e150, 1e-150, -1e150], [1e300, 0.0], [-1e300, 1e300], [1e-8, -1e-8], [5e-324, 0.0, 1.0], [1.0, 2.0, 3.0],
    [0.25] * 4, [17.0, 16.999999999999996], [8e307, -8e307, 0.0], [0.5, 2.0, 2.0, -1.0, 2.0], [3.0] * 9,
]


def groups(random):
    rows = [(row, k) for row in ROWS for k in range(min(len(row), 2))]
    for size in [*range(2, 13), 17]:
        rows += [([random.uniform(-2, 2) for _ in range(size)], random.randrange(size))]
        rows += [([samples.signed(random, -60, 20) for _ in range(size)], random.randrange(size))]
    rows += [([1.0, z, 0.0], 0) for z in samples.near(1.0, 4)]
    yield {}, rows
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield {"class_weights": weights}, [([random.uniform(-2, 2) for _ in range(3)], k) for k in range(3)]
    yield {"ignore_index": 1}, [([0.5, 0.25, 0.0], 1), ([0.5, 0.25, 0.0], 2)]
