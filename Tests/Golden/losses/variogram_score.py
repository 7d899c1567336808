# SPDX-License-Identifier: Apache-2.0
"""The variogram score: sum_(a, b) w_ab (|t_a - t_b|^p - mean_i |x_ia - x_ib|^p)^2."""

from mpmath import fsum, log, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = (0, 1)
OPTIONS = {"power": 0.5}


def rest(predictions, targets, a, b, o):
    mean = fsum(abs(x[a] - x[b]) ** o.power for x in predictions) / len(predictions)
    return abs(targets[a] - targets[b]) ** o.power - mean


def loss(predictions, targets, pair_weights, o):
    count = len(targets)
    weight = pair_weights or [[mpf(1)] * count] * count
    pairs = [(a, b) for a in range(count) for b in range(count) if a != b]
    return fsum(weight[a][b] * rest(predictions, targets, a, b, o) ** 2 for a, b in pairs)


def terms(predictions, targets, pair_weights, o):
    """The largest terms, times the size of the logarithms whose errors the powers have."""
    count = len(targets)
    weight = pair_weights or [[mpf(1)] * count] * count
    found = [mpf(0)] * 5
    for a in range(count):
        for b in range(a):
            w = weight[a][b] + weight[b][a]
            gaps = [abs(x[a] - x[b]) for x in [*predictions, targets]]
            power = max(gap**o.power for gap in gaps)
            size = max([mpf(1)] + [abs(o.power * log(gap)) for gap in gaps])
            slope = max(o.power * gap ** (o.power - 1) for gap in gaps)
            bend = max(o.power * gap ** (o.power - 2) for gap in gaps)
            each = [w * power**2, 2 * w * power * slope, 2 * w * power * slope]
            each += [2 * w * (slope**2 + power * bend)] * 2
            found = [max(x, size * y) for x, y in zip(found, each)]
    return found


def groups(random):
    def rows(count, size, spread=1):
        return [[random.gauss(0, spread) for _ in range(size)] for _ in range(count)]

    shapes = ((1, 2), (2, 2), (3, 3), (5, 2), (8, 3), (9, 4), (12, 2), (1, 5))
    points = [(rows(count, size), rows(1, size)[0], None) for count, size in shapes]
    points += [([[samples.signed(random, -60, 60) for _ in range(3)] for _ in range(3)], [samples.signed(random, -60, 60) for _ in range(3)], None)]
    # A mean equal to the power of the target but for its last digits.
    points += [([[0.0, 1.0], [0.0, 1.0]], [0.5, 1.5 + 2.0**-40], None), ([[3.0]], [1.0], None)]
    points += [([[1e-200, 0.0], [0.0, 1e-200]], [1e-205, 1e-200], None)]
    weighted = [(p, t, [[random.uniform(0, 2) for _ in t] for _ in t]) for p, t, _ in points[:6]]
    weighted += [([[0.3, 1.0, 4.0]], [0.5, 0.1, 2.0], [[0.0, 0.0, 0.0], [1.0, 5.0, 0.0], [0.0, 0.0, 0.0]])]
    yield {}, points + weighted
    for power in (1.0, 2.0, 0.25, 1.5):
        yield {"power": power}, points[:9:2] + weighted[::3]
