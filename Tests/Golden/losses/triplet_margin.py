# SPDX-License-Identifier: Apache-2.0
"""The triplet margin loss: max(0, d(anchor, positive) - d(anchor, negative) + margin)."""

from mpmath import fsum, mpf, sqrt

import samples

KIND = "inputs"
OPTIONS = {"margin": 1.0, "distance": "euclidean", "swap": False, "epsilon": 0.0, "sum_epsilon": 0.0}


def distance(one, other, o):
    differences = [x - y + o.epsilon for x, y in zip(one, other)]
    if o.distance == "manhattan":
        return fsum(abs(x) for x in differences)
    square = fsum(x**2 for x in differences)
    return square if o.distance == "squared_euclidean" else sqrt(square + o.sum_epsilon)


def loss(anchor, positive, negative, o):
    far = distance(anchor, negative, o)
    if o.swap:
        far = min(far, distance(positive, negative, o))
    return max(mpf(0), distance(anchor, positive, o) - far + o.margin)


def terms(anchor, positive, negative, o):
    """The largest terms of the loss, and of the gradients and Hessians of the anchor and the examples."""
    near, far, between = (distance(*pair, o) for pair in ((anchor, positive), (anchor, negative), (positive, negative)))
    euclidean = o.distance == "euclidean"
    slope = max(abs(x - y + o.epsilon) for x, y in zip(anchor + anchor + positive, positive + negative + negative))
    slope = slope * 2 if o.distance == "squared_euclidean" else 1
    bend = max(1 / x for x in (near, far, between) if x) if euclidean else 2
    return [max(near, far, o.margin), slope, slope, slope, bend, bend, bend]


def groups(random):
    def vectors(size, spread):
        anchor = [random.uniform(-2, 2) for _ in range(size)]
        return anchor, [x + spread() for x in anchor], [x + spread() for x in anchor]

    def plain(count, sizes=(1, 2, 3, 5, 8, 9)):
        near = [vectors(random.choice(sizes), lambda: random.uniform(-1, 1)) for _ in range(count)]
        return near + [vectors(random.choice(sizes), lambda: samples.signed(random, -30, 3)) for _ in range(count)]

    # Differences of which one dominates, distances that nearly agree, and sizes near the ends of the range.
    peaked = [([0.3, 1e-9, -2e-12], [5.3, 2e-9, 1e-12], [0.3 + 2.0**-40, 4.5, 1e-8])]
    close = [([0.0, 0.0], [3.0, 4.0], [4.0 * (1 + 2.0**-k), 3.0]) for k in (5, 20, 40, 52)]
    ends = [
        ([0.0, 0.0], [3.0 * size, 4.0 * size], [size, -0.5 * size]) for size in (1e-300, 1e-160, 1e160, 1e300)
    ] + [([0.0, 1.0], [1e200, 1.0], [1e-200, 1.0 + 2.0**-30]), ([1e307], [-7e306], [0.5])]
    yield {}, plain(25) + peaked + close + ends
    # The loss near its kink.
    yield {"margin": 0.0}, plain(6) + close + ends[:2]
    yield {"distance": "squared_euclidean"}, plain(8) + close + ends[1:2]
    # Equal coordinates are kinks of the sum of magnitudes.
    yield {"distance": "manhattan", "margin": 0.3}, plain(8) + ends[:4]
    yield {"swap": True, "margin": 0.2}, plain(16) + close
    yield {"epsilon": 1e-6}, plain(8) + close + ends[:3]
    yield {"swap": True, "epsilon": 1e-6, "distance": "manhattan"}, plain(6)
    equal = [([0.5, -1.0], [0.5, -1.0], [0.25, 2.0]), ([0.5], [0.5], [0.5])]
    yield {"sum_epsilon": 1e-6}, plain(8) + close + ends[:4] + equal
    yield {"sum_epsilon": 0.25, "swap": True, "epsilon": 1e-3}, plain(6)
