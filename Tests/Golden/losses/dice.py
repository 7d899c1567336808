# SPDX-License-Identifier: Apache-2.0
"""The Dice loss: 1 - (2 sum p t + smooth)/(sum p + sum t + smooth), or with sums of squares."""

from mpmath import fsum

import samples

KIND = "inputs"
OPTIONS = {"smooth": 0.0, "squared": False}


def sizes(predictions, targets, o):
    power = 2 if o.squared else 1
    size = fsum(x**power for x in predictions + targets) + o.smooth
    return 2 * fsum(p * t for p, t in zip(predictions, targets)) + o.smooth, size


def loss(predictions, targets, o):
    overlap, size = sizes(predictions, targets, o)
    return 1 - overlap / size


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradients and Hessians of predictions and targets."""
    overlap, size = sizes(predictions, targets, o)
    ratio, most = overlap / size, max(predictions + targets)
    slope = 2 * max(ratio, most) / size
    bend = 8 * max(ratio, most**2 / size) / size if o.squared else 4 * max(ratio, most) / size**2
    return [0, slope, slope, bend, bend]


def groups(random):
    def region(size):
        return [float(random.random() < 0.5) for _ in range(size)]

    def pairs(count):
        for size in (1, 2, 3, 7, 8, 9, 17):
            for _ in range(count):
                yield [samples.probability(random) for _ in range(size)], region(size)
                yield [random.random() for _ in range(size)], [random.random() for _ in range(size)]

    # Predictions that agree with the targets but for a little, and regions that are nearly empty.
    near = [([abs(t - 2.0**-k) for t in target], target) for k in (3, 20, 50) for target in (region(6), [1.0, 0.0, 1.0])]
    small = [([1e-300, 0.0, 3e-200], [0.0, 1e-250, 0.0]), ([1e-8, 0.0], [0.0, 0.0]), ([0.25] * 4, [0.25] * 4)]
    # Products and squares that are no doubles, and sizes near the least normal number.
    tiny = [([1e-160, 2e-160], [1e-160, 0.0]), ([1e-200, 0.0], [3e-201, 0.0]), ([1e-130], [3e-131]),
            ([1e-150, 2e-170], [1e-160, 1e-150])]
    for options in ({}, {"smooth": 1.0}, {"squared": True}, {"squared": True, "smooth": 1e-7}):
        rows = list(pairs(2)) + near + small + ([] if options.get("smooth") else tiny)
        yield options, [(p, t) for p, t in rows if sum(p) + sum(t) > 0]
