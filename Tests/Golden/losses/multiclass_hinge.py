# SPDX-License-Identifier: Apache-2.0
"""The multi-class hinge loss of a row: w_t max(0, margin + max_(k != t) z_k - z_t), w being class_weights or 1.

At the margin the derivatives are 0; several greatest scores share the gradient equally.
"""

from mpmath import mpf

import samples

KIND = "rowwise"
OPTIONS = {"margin": 1.0, "class_weights": None, "ignore_index": None, "axis": -1}


def shortfall(predictions, target, o):
    return o.margin + max(z for k, z in enumerate(predictions) if k != target) - predictions[target]


def weight(target, o):
    return o.class_weights[target] if o.class_weights else mpf(1)


def loss(predictions, target, o):
    if target == o.ignore_index:
        return mpf(0)
    return weight(target, o) * max(mpf(0), shortfall(predictions, target, o))


def kink(predictions, target, o):
    if target == o.ignore_index:
        return None
    excess = shortfall(predictions, target, o)
    greatest = max(z for k, z in enumerate(predictions) if k != target)
    tied = [k != target and z == greatest for k, z in enumerate(predictions)]
    if excess == 0:
        return [{"gradient": 0, "hessian": 0} for _ in predictions]
    if excess > 0 and sum(tied) > 1:
        share = weight(target, o) / sum(tied)
        return [{"gradient": share, "hessian": 0} if here else None for here in tied]


def terms(predictions, target, o):
    return {"loss": max(abs(x) for x in [*predictions, o.margin])} if o.class_weights is None else {}


ROWS = [
    [0.0, 0.0], [1e8, 1e8], [1e8, 1e8 + 1], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [1e150, 1e150],
    [1e150, 1e-150, -1e150], [1e300, 0.0], [-1e300, 1e300], [1e-8, -1e-8], [5e-324, 0.0, 1.0], [1.0, 2.0, 3.0],
    [0.25] * 4, [17.0, 16.999999999999996], [8e307, -8e307, 0.0], [0.5, -2.0, -3.0],
]


def rows(random, margin):
    def spread(low, high, sizes):
        return [[random.uniform(low, high) for _ in range(size)] for size in sizes]

    found = [(row, k) for row in ROWS for k in range(min(len(row), 2))]
    found += [(row, random.randrange(len(row))) for row in spread(-2, 2, range(2, 13)) + spread(-1e5, 1e5, (2, 5, 9))]
    found += [([samples.signed(random, -60, 20) for _ in range(size)], 1) for size in (2, 3, 8, 9)]
    for own in (0.75, 2.5, -0.7, 1e6 + 0.1):
        found += [([own, z, own - margin - 1.0], 0) for z in samples.near(own - margin, 4)]
    # Several greatest scores.
    found += [([0.5, 2.0, 2.0, -1.0, 2.0], k) for k in (0, 1, 3)] + [([3.0] * 9, 4)]
    # A row longer than the rows that are computed eight at a time.
    found.append(([random.randrange(20) / 4 for _ in range(131)], 77))
    return found


def groups(random):
    for options in ({}, {"margin": 0.0}, {"margin": 0.3}, {"margin": 1e6}):
        yield options, rows(random, options.get("margin", 1.0))
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield {"class_weights": weights}, [([random.uniform(-2, 2) for _ in range(3)], k) for k in range(3)]
    yield {"ignore_index": 1}, [([0.5, 0.25, 0.0], 1), ([0.5, 0.25, 0.0], 2)]
