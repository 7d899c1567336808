# SPDX-License-Identifier: Apache-2.0
"""The multi-class margin loss of a row: w_t / K sum_(k != t) max(0, margin - z_t + z_k), or of the squares.

t is the class index and w is class_weights, or 1. At the margin the derivatives of a term are 0.
"""

from mpmath import fsum, mpf

import samples

KIND = "rowwise"
OPTIONS = {"margin": 1.0, "squared": False, "class_weights": None, "ignore_index": None, "axis": -1}


def shortfalls(predictions, target, o):
    return [
        mpf(0) if k == target else max(mpf(0), o.margin - predictions[target] + z) for k, z in enumerate(predictions)
    ]


def weight(target, o):
    return o.class_weights[target] if o.class_weights else mpf(1)


def loss(predictions, target, o):
    if target == o.ignore_index:
        return mpf(0)
    power = 2 if o.squared else 1
    return weight(target, o) * fsum(s**power for s in shortfalls(predictions, target, o)) / len(predictions)


def kink(predictions, target, o):
    """The derivatives with respect to scores at the margin, and to that of the class if any other is there."""
    at = [k != target and o.margin - predictions[target] + z == 0 for k, z in enumerate(predictions)]
    if not any(at) or target == o.ignore_index:
        return None
    short = shortfalls(predictions, target, o)
    count, factor = sum(s > 0 for s in short), weight(target, o) / len(predictions)
    stated = [{"gradient": 0, "hessian": 0} if here else None for here in at]
    stated[target] = {"gradient": -factor * count, "hessian": 0}
    if o.squared:
        stated[target] = {"gradient": -2 * factor * fsum(short), "hessian": 2 * factor * count}
    return stated


def terms(predictions, target, o):
    """The largest terms: of the shortfalls, or if they are squared of these and their derivatives."""
    size = max(abs(x) for x in [*predictions, o.margin])
    most = max(shortfalls(predictions, target, o)) if target != o.ignore_index else 0
    factor = weight(target, o) if target != o.ignore_index else 0
    return {
        "loss": factor * size * (2 * most if o.squared else 1), "gradient": factor * 2 * size if o.squared else 0,
    }


ROWS = [
    [0.0, 0.0], [1e8, 1e8], [1e8, 1e8 + 1], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [1e150, 1e150],
    [1e150, 1e-150, -1e150], [1e300, 0.0], [-1e300, 1e300], [1e-8, -1e-8], [5e-324, 0.0, 1.0], [1.0, 2.0, 3.0],
    [0.25] * 4, [17.0, 16.999999999999996], [8e307, -8e307, 0.0],
]


def groups(random):
    def spread(low, high, sizes):
        return [[random.uniform(low, high) for _ in range(size)] for size in sizes]

    def near(margin, count):
        """Rows in which the shortfalls are about 0, on both sides."""
        for _ in range(count):
            own = random.choice([margin, 1.0, random.uniform(-3, 3), random.uniform(-1e6, 1e6)])
            others = [(own - margin) * (1 + random.choice([-1, 0, 1]) * 2.0**-random.randrange(1, 54)) for _ in range(4)]
            yield [own, *others], 0

    for options in ({}, {"squared": True}, {"margin": 0.0}, {"margin": 0.3, "squared": True}, {"margin": 1e6}):
        o = {"margin": 1.0} | options
        rows = [(row, k) for row in ROWS for k in range(min(len(row), 2))]
        rows += [(row, random.randrange(len(row))) for row in spread(-2, 2, range(2, 13)) + spread(-1e5, 1e5, (2, 5, 9))]
        rows += [([samples.signed(random, -60, 20) for _ in range(size)], 1) for size in (2, 3, 8, 9)]
        rows += list(near(o["margin"], 20))
        rows += [([o["margin"], *[0.0] * 3], 0), ([2.0, 2.0 - o["margin"]], 0)]
        # A row longer than the rows that are computed eight at a time.
        rows.append(([random.uniform(-1, 1) for _ in range(131)], 77))
        yield options, rows
    for options in ({"class_weights": [0.3, 1.0, 4.0]}, {"class_weights": [0.0, 1e100, 1e-100], "squared": True}):
        yield options, [(row, k) for row in spread(-2, 2, (3, 3, 3)) for k in range(3)]
    yield {"ignore_index": 1}, [([0.5, 0.25, 0.0], 1), ([0.5, 0.25, 0.0], 2)]
