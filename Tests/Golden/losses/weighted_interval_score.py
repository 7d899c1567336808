# SPDX-License-Identifier: Apache-2.0
"""The weighted interval score: twice the mean pinball loss at the levels a_k/2, 1/2 and 1 - a_k/2."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = (0, 1, 2, 3)
OPTIONS = {"alpha": None}


def shares(count, o):
    if o.alpha is None:
        return [mpf(float(k) / (count + 1)) for k in range(1, count + 1)]
    given = o.alpha if isinstance(o.alpha, list) else [o.alpha]
    return given * count if len(given) == 1 else given


def pinball(q, t, tau):
    return max(tau * (t - q), (1 - tau) * (q - t))


def loss(lower, upper, median, targets, o):
    alphas = shares(len(lower), o)
    quantiles = [pinball(median, targets, mpf(1) / 2)]
    quantiles += [pinball(q, targets, a / 2) for q, a in zip(lower, alphas)]
    quantiles += [pinball(q, targets, 1 - a / 2) for q, a in zip(upper, alphas)]
    return 2 * fsum(quantiles) / len(quantiles)


def terms(lower, upper, median, targets, o):
    """Where an upper end is below the lower one, widths are negative."""
    return [max(abs(x - targets) for x in [*lower, *upper, median]), 0, 0, 0, 1, 0, 0, 0, 0]


def groups(random):
    def point(size, spread=3):
        lower = sorted(random.uniform(-spread, spread) for _ in range(size))
        return lower, [x + random.uniform(0, spread) for x in lower], random.uniform(-spread, spread), random.uniform(-spread, spread)

    points = [point(size) for size in (1, 2, 3, 4, 7, 8, 9, 11, 17) for _ in range(3)]
    points += [tuple([samples.signed(random, -300, 300) for _ in range(5)] for _ in range(2)) + (samples.signed(random, -300, 300), samples.signed(random, -300, 300)) for _ in range(4)]
    points += [([1.0], [samples.above(1.0)], 1.0, 1 + 2.0**-51), ([1e100], [-1e100], 3.0, 5e-324), ([2.0, -1.0], [-2.0, 1.0], 0.0, 0.5)]
    yield {}, points
    yield {"alpha": [0.1, 0.5]}, [point(2) for _ in range(12)] + [([-2.0, -0.5], [2.5, 1.0], 0.25, 0.0)]
    yield {"alpha": [1e-6, 1.0, 0.02]}, [point(3) for _ in range(10)]
    yield {"alpha": 0.2}, points[::4]
