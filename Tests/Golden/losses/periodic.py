# SPDX-License-Identifier: Apache-2.0
"""The periodic loss: 1 - cos(2 pi (prediction - target)/c)."""

from mpmath import cos, pi

import samples

KIND = "pointwise"
OPTIONS = {"period": 1.0}


def loss(prediction, target, o):
    return 1 - cos(2 * pi * (prediction - target) / o.period)


def groups(random):
    for period in (1.0, 24.0, 6.283185307179586, 360.0, 0.1, 1e-8, 1e100, 1e308, 3e-153):
        count = 60 if period == 1 else 12
        points = samples.errors(random, period, count)
        # Around multiples of a quarter, where sine or cosine is 0, and of an eighth.
        for eighths in [1, 2, 3, 4, 5, 6, 7, 8, 12, 34, 1001, 2**30 + 2, 2**39, 2**41 - 2, 2**41 + 2, 2**44 + 2]:
            multiple = period * (eighths / 8)
            if 0 < multiple < 1e308:
                points += [(x, 0.0) for x in samples.around(multiple)]
                points += [(multiple, samples.signed(random, -60, -1) * period) for _ in range(2)]
                points += [(multiple, 5e-324), (-0.75 * multiple, 0.25 * multiple)]
        # Differences of many periods, up to those that overflow.
        points += [(samples.signed(random, 30, 70) * period, random.uniform(-3, 3) * period) for _ in range(count)]
        points += [(samples.signed(random, -1022, 1023), samples.signed(random, -1022, 1023)) for _ in range(count)]
        points += [(1.7e308, -1.6e308), (-1.7e308, 3e300), (1e-310, 3e-312), (5e-324, 0.0), (3e-323, 5e-324)]
        points += [(samples.signed(random, -1074, -1000), samples.signed(random, -1074, -1000)) for _ in range(4)]
        points = [(p, t) for p, t in points if abs(p) < float("inf") and abs(t) < float("inf")]
        yield {} if period == 1 else {"period": period}, points
