# SPDX-License-Identifier: Apache-2.0
"""The mean pinball loss of K quantiles: mean_k max(tau_k (t - q_k), (1 - tau_k) (q_k - t))."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = (0, 1)
OPTIONS = {"levels": None}


def levels(count, o):
    if o.levels is None:
        return [mpf((k + 0.5) / count) for k in range(count)]
    given = o.levels if isinstance(o.levels, list) else [o.levels]
    return given * count if len(given) == 1 else given


def loss(predictions, targets, o):
    taus = levels(len(predictions), o)
    terms = [max(tau * (targets - q), (1 - tau) * (q - targets)) for tau, q in zip(taus, predictions)]
    return fsum(terms) / len(predictions)


def terms(predictions, targets, o):
    """The slopes in the target cancel; each is at most 1/K."""
    return [0, 0, mpf(1) / len(predictions), 0, 0]


def groups(random):
    def row(size, low=-3, high=3):
        return [random.uniform(low, high) for _ in range(size)]

    points = [(row(size), random.uniform(-2, 2)) for size in (1, 2, 3, 5, 7, 8, 9, 16, 19, 33) for _ in range(2)]
    points += [([samples.signed(random, -300, 300) for _ in range(size)], samples.signed(random, -300, 300)) for size in (3, 9, 10)]
    points += [([1.0, samples.above(1.0), samples.below(1.0)], 1 + 2.0**-51), ([1e100, -1e100, 5e-324], 1e-310)]
    yield {}, points
    for taus in ([0.1, 0.5, 0.9], [0.01, 0.3, 1 - 2.0**-53], [1e-300, 0.25, 0.75]):
        yield {"levels": taus}, [(row(3), random.uniform(-2, 2)) for _ in range(12)] + [([1e100, -1e100, 5e-324], 1e-310)]
    yield {"levels": 0.3}, points[::3]
    yield {"levels": [k / 20 for k in range(1, 20)]}, [(row(19), random.uniform(-3, 3)) for _ in range(6)]
