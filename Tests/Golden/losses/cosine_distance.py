# SPDX-License-Identifier: Apache-2.0
"""The cosine distance: 1 - c, c = sum_k p t/(|p| |t|), or -c, or c."""

from mpmath import fsum, sqrt

import samples

KIND = "inputs"
OPTIONS = {"measure": "distance"}


def lengths(predictions, targets):
    return [sqrt(fsum(x * x for x in row)) for row in (predictions, targets)]


def cosine(predictions, targets):
    own, other = lengths(predictions, targets)
    return fsum(p * t for p, t in zip(predictions, targets)) / own / other


def loss(predictions, targets, o):
    own = cosine(predictions, targets)
    return {"distance": 1 - own, "negative_similarity": -own, "similarity": own}[o.measure]


def terms(predictions, targets, o):
    """The largest terms of the loss, and of the gradients and Hessians of predictions and targets."""
    own, other = lengths(predictions, targets)
    # Half the square of a difference of unit vectors, which is accurate to 2^-100.
    distance = sqrt(abs(2 * (1 - cosine(predictions, targets))))
    product = max(abs(p * t) for p, t in zip(predictions, targets)) / own / other
    return [distance if o.measure == "distance" else product, 1 / own, 1 / other, 3 / own**2, 3 / other**2]


def groups(random):
    def vector(size, scale=1.0):
        return [random.uniform(-1, 1) * scale for _ in range(size)]

    pairs = [(vector(size, a), vector(size, b)) for size in (1, 2, 3, 8, 9, 20) for a, b in ((1.0, 1.0), (1e-8, 1e6))]
    pairs += [([samples.signed(random, -40, 40) for _ in range(size)], [samples.signed(random, -40, 40) for _ in range(size)])
              for size in (2, 3, 7)]
    # Nearly parallel, opposite and orthogonal vectors.
    for size in (1e-1, 1e-4, 1e-8, 1e-12, 2.0**-52):
        row = vector(5)
        pairs += [(row, [x * 3 + size * random.uniform(-1, 1) for x in row]), ([1.0, size], [1.0, 0.0]),
                  ([-x for x in row], [x + size * random.uniform(-1, 1) for x in row]), ([1.0, size], [size, 1.0])]
    pairs += [([3.0, 4.0], [4.0, 3.0]), ([3.0, 4.0], [3.0, 4.0]), ([1.0, 0.0], [0.0, 1.0]), ([1.0, 0.0], [-2.0, 0.0])]
    pairs += [([a, 2 * a], [3 * b, -b]) for a in (1e-130, 1e100) for b in (1e-130, 1e100)]
    yield {}, pairs
    for measure in ("negative_similarity", "similarity"):
        yield {"measure": measure}, random.sample(pairs, 20)
