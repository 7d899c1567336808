# SPDX-License-Identifier: Apache-2.0
"""LambdaRank with NDCG: the sum over pairs t_i > t_j of |Delta NDCG_ij| log(1 + e^(-sigma (s_i - s_j))).

|Delta NDCG| = |g_i - g_j| |d_i - d_j| / D is a constant in the derivatives: g = 2^t - 1 or t, d = 1/log2(1 + rank), and D
is the sum of g d in the order of g. Ranks follow the predictions, and where these are equal the places.
"""

from functools import lru_cache

from mpmath import exp, fsum, log, mp, mpf, nint

KIND = "arrays"
OPTIONS = {"sigma": 1.0, "gain": "exponential", "truncation_level": 0}
DIFFERENTIABLE = [0]


def discount(rank):
    return 1 / log(1 + mpf(rank), 2)


def weights(predictions, targets, o):
    # Without the last digits, predictions are those before one of them was moved to take a difference.
    scores = tuple(nint(s * mpf(2) ** 600) for s in predictions)
    return rounded_weights(scores, tuple(targets), int(o.truncation_level), o.gain, mp.prec)


@lru_cache(maxsize=64)
def rounded_weights(scores, targets, level, gain, _precision):
    """|Delta NDCG| of each pair, and the largest gain over D; nothing if D is 0."""
    count = len(targets)
    level = level or count
    order = sorted(range(count), key=lambda i: (-scores[i], i))
    ranks = {i: rank for rank, i in enumerate(order, 1)}
    gains = [mpf(2) ** mpf(t) - 1 if gain == "exponential" else mpf(t) for t in targets]
    ideal = fsum(g * discount(rank) for rank, g in enumerate(sorted(gains, reverse=True), 1) if rank <= level)
    if ideal == 0:
        return {}, mpf(0)
    pairs = {
        (i, j): abs(gains[i] - gains[j]) * abs(discount(ranks[i]) - discount(ranks[j])) / ideal
        for i in range(count) for j in range(count) if targets[i] > targets[j] and min(ranks[i], ranks[j]) <= level
    }
    return pairs, max(gains) / ideal


def loss(predictions, targets, query_ids, lengths, o):
    pairs, _ = weights(predictions, targets, o)
    return fsum(
        w * log(1 + exp(-o.sigma * (predictions[i] - predictions[j]))) for (i, j), w in pairs.items()
    )


def terms(predictions, targets, query_ids, lengths, o):
    """The largest terms: gains times discounts over D, of which weights are differences, times the logistic loss."""
    _, gain = weights(predictions, targets, o)
    distance = o.sigma * (max(predictions) - min(predictions))
    return [gain * (1 + distance), gain * o.sigma, gain * o.sigma**2]


def groups(random):
    def query(count, grades=(0, 1, 2, 3, 4), spread=3.0):
        scores = [random.uniform(-spread, spread) for _ in range(count)]
        return scores, [random.choice(grades) for _ in range(count)]

    def records(queries):
        return [(scores, [float(t) for t in targets], None, [len(scores)]) for scores, targets in queries]

    sizes = (1, 2, 3, 5, 8, 9, 17)
    plain = [query(size) for size in sizes] + [query(size, (0, 1)) for size in sizes[2:5]]
    plain += [query(6, (0, 1, 2), 1e-9), query(6, (0, 1, 2), 800.0), query(5, (0, 1), 1e8)]
    ties = [
        ([1.0, 1.0, 1.0, 1.0], [0, 1, 2, 3]), ([0.0, -0.0, 2.0], [1, 2, 0]), ([3.0, 1.0, 3.0], [0, 2, 1]),
        ([0.5, 0.25, -1.0], [2, 2, 2]), ([0.5, 0.25, -1.0], [0, 0, 0]), ([1.5], [3]),
    ]
    fine = [
        ([0.3, 0.1, -0.2], [0.5, 1.25, 1.2500000001]), ([0.3, 0.1, -0.2], [1e-8, 3e-9, 0.0]),
        ([0.3, 0.1, -0.2, 2.0], [1e-300, 3e-300, 0.0, 1e-17]), ([0.3, 0.1, -0.2, 1.0], [600.0, 599.0, 3.0, 0.0]),
        ([1.0, 2.0], [5e-324, 0.0]), ([1.0, 2.0, 3.0], [3e-323, 1e-323, 0.0]), ([1.0, 2.0], [2.0**-200, 2.0**-201]),
        ([0.3, 0.1, -0.2], [2000.0, 1999.5, 0.0]), ([0.3, 0.1], [1e6, 1e6 - 1]),
    ]
    yield {}, records(plain + ties + fine)
    some = [query(9), query(17, (0, 1)), ties[0]]
    yield {"gain": "linear"}, records(some + [([0.3, 0.1, -0.2], [1e300, 3e299, 1.0]), ([0.3, 0.1], [1e-300, 3e-301])])
    yield {"sigma": 2.5}, records(some)
    yield {"sigma": 1e-8}, records(some)
    for level in (1, 3, 100):
        yield {"truncation_level": level}, records(some)
    yield {"truncation_level": 2, "gain": "linear", "sigma": 0.5}, records(some)
