# SPDX-License-Identifier: Apache-2.0
"""Doubles worth testing. The C library is not used: its last bit depends on the platform."""

import math

from mpmath import log, mpf, workdps

RESIDUALS = [0.0, 1e-8, -1e-8, 1e-4, -1e-4, 1.0, -1.0, 1e30, -1e30, 1e-300, -1e-300, 1e150, -1e150]
LOGITS = [
    0.0, 1e-300, 1e-8, -1e-8, 0.5, -0.5, 1.0, -1.0, 17.0, -17.0, 36.75, -36.75, 37.0, -37.0, 89.0, -89.0,
    709.75, -709.75, 710.0, -710.0, 745.25, -745.25, 1e4, -1e4, 1e8, -1e8,
]
PROBABILITIES = [
    0.0, 1e-300, 1e-150, 1e-45, 1e-16, 2.0**-52, 1e-8, 0.25, 0.5, 0.75,
    1 - 1e-8, 1 - 2.0**-24, 1 - 2.0**-52, 1 - 2.0**-53, 1.0,
]


def above(x):
    return math.nextafter(x, math.inf)


def below(x):
    return math.nextafter(x, -math.inf)


def around(x):
    """The double, its two neighbours, and the negatives of all three."""
    return [below(x), x, above(x), -below(x), -x, -above(x)]


def errors(random, scale, count=20):
    """Predictions and targets whose differences are of all sizes, and around a scale."""
    points = [(r, 0.0) for r in RESIDUALS + around(scale)] + [(0.0, r) for r in around(scale)]
    points += [(t + r, t) for t in (1.0, -3.5, 1e8) for r in (1e-8, -1e-4, 0.25, 1.0, 1e30)]
    points += [(random.uniform(-3, 3) * scale, random.uniform(-3, 3) * scale) for _ in range(count)]
    points += [(signed(random, -30, 12) * scale, 0.0) for _ in range(count)]
    points += [(signed(random, -300, 300), signed(random, -300, 300)) for _ in range(10)]
    return points + [(5e-324, 0.0), (1e308, 1e307), (8e307, -1e307)]


def means(random, in_logarithms, count=40):
    """Predicted means or their logarithms, and positive targets, at all distances from each other."""
    targets = [random.uniform(0.1, 5) for _ in range(4)] + [1.0, 2.0, 1e-8, 3e5, 1e-300, 1e300, above(1.0)]
    points = []
    for target in targets:
        with workdps(60):
            mean = float(log(mpf(target))) if in_logarithms else target
        points += [(p, target) for p in near(mean, 8)]
    if in_logarithms:
        points += [(z, t) for z in (0.0, 1e-8, -1e-300, 1.0, 20.0, 44.9, 45.1, -45.0, 600.0, -600.0) for t in (0.3, 7.0)]
        points += [(random.uniform(-8, 8), random.choice([random.random(), magnitude(random, -5, 9)])) for _ in range(count)]
        points += [(random.uniform(-300, 300), magnitude(random, -300, 300)) for _ in range(count // 4)]
    else:
        points += [(magnitude(random, -6, 6), magnitude(random, -6, 6)) for _ in range(count)]
        points += [(magnitude(random, -150, 150), magnitude(random, -150, 150)) for _ in range(count // 4)]
        points += [(1e-160, 1e160), (1e160, 1e-160), (8.1, 1.0), (1.0, 8.1), (7.9, 1.0), (1.0, 7.9)]
    return points


def margins(random, *kinks):
    """Options of both encodings of labels, with predictions and labels around the kinks of a margin loss."""
    scores = RESIDUALS[:9] + [-1e300, 1e300, -20.0, 20.0] + [x for kink in kinks for x in around(kink)]
    for options, labels in ({}, (-1.0, 1.0)), ({"label_encoding": "binary"}, (0.0, 1.0)):
        inner = [random.uniform(-4, 4) for _ in range(10 if options else 40)]
        inner += [signed(random, -60, 9) for _ in range(12)]
        yield options, [(p, y) for p in scores + inner for y in labels]


LOGIT_ROWS = [
    [0.0, 0.0], [1e8, 1e8], [1e8, 1e8 + 1], [-200.0] * 3, [40.0, 0.0, 0.0], [0.0, 0.0, -40.0], [710.0, -710.0],
    [300.0, 0.0, -300.0], [355.0, -355.0, 1.0], [1e4, -1e4, 0.0], [1e-8, -1e-8], [0.25] * 4, [1e150, 1e150],
    [17.0, 16.999999999999996], [37.0, 0.0, 37.0], [-745.0, -746.0, -744.5], [1.0, 2.0, 3.0], [0.0, 30.0, 0.0, 1.0],
]


def class_rows(random, dense=False):
    """Rows of logits, each with a class index, at all distances from certainty; fewer unless `dense`."""
    rows = [(row, k) for row in LOGIT_ROWS for k in range(min(len(row), 3 if dense else 1))]
    for size in (2, 3, 4, 5, 8, 9, 12) if dense else (2, 3, 5):
        rows.append(([random.uniform(-5, 5) for _ in range(size)], random.randrange(size)))
        rows.append(([signed(random, -40, 5) for _ in range(size)], random.randrange(size)))
    rows += [([random.uniform(-300, 300) for _ in range(size)], random.randrange(size)) for size in (2, 3, 5)]
    # Classes that share nearly all, about half or a little of the probability.
    for gap in (0.0, 0.5, 1.0, 2.0, 5.0, 12.0, 30.0, 90.0) if dense else (0.0, 1.0, 4.0, 20.0):
        rows += [([gap, 0.0, random.uniform(-1, 1)], k) for k in range(3)]
        rows += [([gap, gap + random.uniform(-1, 1), 0.0, 0.0], k) for k in (0, 1, 2)]
    return rows


def logarithm(x):
    """The double nearest to the natural logarithm."""
    with workdps(60):
        return float(log(mpf(x)))


def near(value, steps=6):
    """A double, and others at all distances from it."""
    moved = [value * (1 + sign * 2.0**-k) for k in range(2, 53, steps) for sign in (-1, 1)]
    return [value, above(value), below(value), *moved]


def magnitude(random, low, high):
    """Log-uniform over the binades 2**low ... 2**high."""
    return math.ldexp(1 + random.random(), random.randint(low, high))


def signed(random, low, high):
    return random.choice([-1, 1]) * magnitude(random, low, high)


def probability(random):
    """Uniform, or log-uniform near one of the ends."""
    kind = random.randrange(3)
    if kind == 0:
        return random.random()
    if kind == 1:
        return magnitude(random, -120, -2)
    return 1 - magnitude(random, -51, -2)


def normalised(row):
    """The row divided by its sum: a distribution up to rounding."""
    total = math.fsum(row)
    return distribution([x / total for x in row])


def distribution(row):
    assert abs(math.fsum(row) - 1) < 1e-3 and all(0 <= x <= 1 for x in row), row
    return row


def even(random, size):
    """A random distribution without very small members."""
    return normalised([0.05 + random.random() for _ in range(size)])


def peaked(random, size):
    """A random distribution over many orders of magnitude."""
    return normalised([magnitude(random, -60, 0) for _ in range(size)])


def onehot(index, size):
    return [float(k == index) for k in range(size)]


def nudged(row, size):
    """The distribution, with `size` times its first member moved from the second member to the first."""
    return distribution([row[0] * (1 + size), row[1] - row[0] * size, *row[2:]])


def distributions(random):
    """Pairs of distributions without zeros, at all distances from each other."""
    pairs = [(even(random, size), even(random, size)) for size in (2, 3, 4, 5, 8, 9, 10, 17)]
    pairs += [(peaked(random, size), peaked(random, size)) for size in (2, 3, 4, 7)]
    for size in (1e-1, 1e-3, 1e-6, 1e-8, 1e-10, 1e-15):
        for width in (2, 3, 6):
            row = even(random, width)
            pairs.append((nudged(row, size), row))
    for width in (2, 4):
        row = even(random, width)
        pairs += [(row, row), ([above(row[0]), *row[1:]], row)]
    pairs += [
        ([1e-300, 1.0], [0.5, 0.5]), ([0.5, 0.5], [1e-300, 1.0]), ([0.25] * 4, [0.25] * 4), ([1.0], [1.0]),
        ([1e-16, 1.0], [1e-16, 1.0]), ([1e-16, 1.0], [1e-17, 1.0]), ([0.3, 0.6995], [0.7, 0.3004]),
        ([1 - 2.0**-53, 2.0**-53], [1 - 2.0**-24, 2.0**-24]), ([1e-200, 1.0], [1e-201, 1.0]),
    ]
    return pairs


def measures(random):
    """Pairs of rows of positive numbers of any sum."""
    pairs = distributions(random)
    for size in (1, 2, 3, 8, 11):
        pairs.append(([magnitude(random, -8, 8) for _ in range(size)], [magnitude(random, -8, 8) for _ in range(size)]))
        pairs.append(([random.uniform(0.1, 9) for _ in range(size)], [random.uniform(0.1, 9) for _ in range(size)]))
    return pairs + [([p], [1.7]) for p in near(1.7, 9)] + [([1e20, 3.0], [1e-20, 5.0]), ([1e-30], [1e10])]
