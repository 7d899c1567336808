# SPDX-License-Identifier: Apache-2.0
"""The cumulative link loss: -log(F(theta_t - z) - F(theta_(t-1) - z)), F the logistic function, of one row,
times the weight of its class."""

from mpmath import exp, log, mpf

import samples

KIND = "arrays"
OPTIONS = {"class_weights": None}
DIFFERENTIABLE = [0, 1]


def logistic(x):
    return 1 / (1 + exp(-x))


def loss(prediction, thresholds, target, o):
    k = int(target)
    return (o.class_weights[k] if o.class_weights else 1) * plain(prediction, thresholds, k)


def plain(prediction, thresholds, k):
    if k == 0:
        return -log(logistic(thresholds[0] - prediction)) if thresholds else mpf(0)
    lower = thresholds[k - 1] - prediction
    if k == len(thresholds):
        return -log(logistic(-lower))
    upper = thresholds[k] - prediction
    # F(b) - F(a) = F(-a) - F(-b), of which the second has small terms where a is positive.
    if lower > 0:
        return -log(logistic(-lower) - logistic(-upper))
    return -log(logistic(upper) - logistic(lower))


def groups(random):
    def ascending(count, spread=3.0):
        return sorted(random.uniform(-spread, spread) for _ in range(count))

    rows = [(random.uniform(-4, 4), ascending(count), k) for count in (1, 2, 3, 5) for k in range(count + 1) for _ in range(3)]
    # Predictions far from the thresholds on both sides, and between them, where the gradient is 0.
    for gap in (1.0, 40.0, 0.5, samples.below(0.5), 1e-3, 1e-9, 2.0**-52, 700.0, 760.0, 1e5):
        start = random.uniform(1, 2)
        pair = [start, start + gap]
        middle = start + gap / 2
        for z in [*samples.near(middle, 12), 0.0, 30.0, -30.0, 400.0, -400.0, 720.0, -720.0, 1e4, -1e4, 1e15, -1e15]:
            rows.append((z, pair, 1))
    for z in samples.LOGITS + samples.RESIDUALS:
        rows += [(z, [0.25, 0.75], k) for k in range(3)]
    # Sizes near the ends of the range.
    rows += [(0.0, [-1e-300, 1e-300], 1), (1e-300, [2e-300, samples.above(2e-300)], 1), (0.0, [-1e300, 1e300], 1)]
    rows += [(1e308, [-1e308, 1.5e308], k) for k in range(3)] + [(-1.7e308, [1e308, 1.7e308], k) for k in (0, 1)]
    rows += [(samples.signed(random, -60, 9), sorted(samples.signed(random, -60, 9) for _ in range(3)), random.randrange(4)) for _ in range(40)]
    yield {}, [(z, thresholds, float(k)) for z, thresholds, k in rows]
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield {"class_weights": weights}, [(random.uniform(-2, 2), ascending(2), float(k)) for k in range(3) for _ in range(2)]
