# SPDX-License-Identifier: Apache-2.0
"""The multi-label margin loss: sum over y_j = 1 and y_i = 0 of max(0, margin - z_j + z_i), over the number of labels.

At the margin the derivatives of a term are 0.
"""

from fractions import Fraction
from types import SimpleNamespace

from mpmath import fsum, mpf

import samples

KIND = "arrays"
OPTIONS = {"margin": 1.0}
DIFFERENTIABLE = [0]


def shortfalls(predictions, targets, o):
    pairs = [(z, x) for z, y in zip(predictions, targets) if y == 1 for x, t in zip(predictions, targets) if t == 0]
    return [o.margin - z + x for z, x in pairs]


def loss(predictions, targets, o):
    return fsum(max(mpf(0), s) for s in shortfalls(predictions, targets, o)) / len(predictions)


def terms(predictions, targets, o):
    return [max(abs(x) for x in [*predictions, o.margin]), 0, 0]


def is_smooth(predictions, targets, margin):
    """Whether no pair is at the margin exactly, where the derivatives have no limit."""
    exact = SimpleNamespace(margin=Fraction(margin))
    return all(shortfalls([Fraction(z) for z in predictions], targets, exact))


def groups(random):
    def hot(size, share=0.5):
        return [float(random.random() < share) for _ in range(size)]

    rows = [
        [0.0, 0.0], [1e8, 1e8], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [1e150, 1e150], [1e300, 0.0],
        [-1e300, 1e300], [1e-8, -1e-8], [0.25] * 4, [8e307, -8e307, 0.0], [1e150, 1e-150, -1e150],
    ]
    for margin in (1.0, 0.3, 1e6):
        pairs = [(row, [float(k == j) for k in range(len(row))]) for row in rows for j in range(min(len(row), 2))]
        pairs += [(row, [float(k != j) for k in range(len(row))]) for row in rows for j in range(min(len(row), 2))]
        for size in (1, 2, 3, 5, 7, 8, 9, 16, 17):
            pairs.append(([random.uniform(-2, 2) for _ in range(size)], hot(size)))
            pairs.append(([samples.signed(random, -40, 20) for _ in range(size)], hot(size, 0.3)))
        for own in (0.75, -0.7, 1e6 + 0.1):
            near = [own - margin, *(x for x in samples.near(own - margin, 9) if x != own - margin)]
            pairs += [([own, x, own - margin - 1.0], [1.0, 0.0, 0.0]) for x in near if x - own + margin != 0]
        pairs += [([0.5, 0.25, 0.0], [0.0] * 3), ([0.5, 0.25, 0.0], [1.0] * 3)]
        yield {} if margin == 1 else {"margin": margin}, [pair for pair in pairs if is_smooth(*pair, margin)]
