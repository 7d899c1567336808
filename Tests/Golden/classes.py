# SPDX-License-Identifier: Apache-2.0
"""Losses of the probability of a class, expected over the targets: sum_k a_k f(p_k, 1 - p_k).

The predictions are logits z with p = softmax(z), or, without from_logits, the p_k, each clipped to [epsilon, 1 - epsilon].

a_k is w_k y'_k, y'_k = (1 - s) y_k + s/K, where y is the given distribution, or one-hot for a class index, s is
label_smoothing and w is class_weights, or 1.
"""

from mpmath import exp, fsum, mpf

import samples

OPTIONS = {"class_weights": None, "label_smoothing": 0.0, "ignore_index": None, "axis": -1}
# Those of losses that take probabilities, too.
PROBABILITIES = {"from_logits": True, "epsilon": 2.220446049250313e-16, "check_sums": True}


def are_logits(o):
    return getattr(o, "from_logits", True)


def clip(prediction, o):
    return prediction if are_logits(o) else max(o.epsilon, min(1 - mpf(o.epsilon), prediction))


def targets(target, size, o):
    y = target if isinstance(target, list) else [mpf(k == target) for k in range(size)]
    weights = o.class_weights or [mpf(1)] * size
    return [w * ((1 - o.label_smoothing) * t + o.label_smoothing / size) for w, t in zip(weights, y)]


def both(predictions, k):
    """The probabilities of a class and of the others."""
    powers = [exp(z - predictions[k]) for z in predictions]
    others = fsum(x for j, x in enumerate(powers) if j != k)
    return 1 / (1 + others), others / (1 + others)


def expected(predictions, target, o, f):
    """The loss of a row for the loss f of a probability."""
    if target == o.ignore_index:
        return mpf(0)
    weighted = targets(target, len(predictions), o)
    if not are_logits(o):
        return fsum(a * f(p, 1 - p, o) for p, a in zip(predictions, weighted) if a)
    return fsum(a * f(*both(predictions, k), o) for k, a in enumerate(weighted) if a)


def terms(predictions, target, o, slope, bend):
    """The largest terms of the derivatives, from bounds of those of f with respect to the logit of p."""
    # In probabilities, no terms cancel.
    if target == o.ignore_index or not are_logits(o):
        return {}
    weighted = targets(target, len(predictions), o)
    each = [(a, *both(predictions, k)) for k, a in enumerate(weighted)]
    own = max(a * bend(p, q, o) for a, p, q in each)
    if sum(a != 0 for a in weighted) == 1:
        return {"hessian": max(own, *(a * slope(p, q, o) for a, p, q in each))}
    # The second derivative of a term with respect to the probability of another class is of the size of the first.
    shares = [a * slope(p, q, o) / q for a, p, q in each]
    pushes = [fsum(x for j, x in enumerate(shares) if j != k) for k in range(len(each))]
    return {
        "gradient": max(a * slope(p, q, o) for a, p, q in each),
        "hessian": max(own, *(p * push * (1 + 4 * p) for (_, p, _), push in zip(each, pushes))),
    }


def soft_rows(random):
    """Rows of logits with distributions as targets, some of them near the optimum of the cross-entropy."""
    rows = [(row, samples.even(random, len(row))) for row in samples.LOGIT_ROWS if max(abs(z) for z in row) < 1e9]
    for size in (2, 3, 5, 9):
        rows.append(([random.uniform(-5, 5) for _ in range(size)], samples.even(random, size)))
        rows.append(([random.uniform(-30, 30) for _ in range(size)], samples.peaked(random, size)))
        near = samples.even(random, size)
        rows.append(([samples.logarithm(y) for y in near], near))
    rows += [([500.0, z, -300.0], samples.even(random, 3)) for z in (330.0, 480.0)]
    rows += [([0.0] * 4, [0.25] * 4), ([3.0, -1.0, 2.0], [0.5, 0.5, 0.0]), ([3.0, -1.0, 2.0], [0.0, 1.0, 0.0])]
    return rows


def soft_groups(random, options):
    yield options, soft_rows(random)
    three = [[random.uniform(-4, 4) for _ in range(3)] for _ in range(4)] + [[40.0, 0.0, 0.0], [710.0, 0.0, -710.0]]
    for more in ({"label_smoothing": 0.1}, {"class_weights": [0.3, 1.0, 4.0], "label_smoothing": 1.0}):
        yield options | more, [(row, random.randrange(3)) for row in three] + [(three[0], samples.even(random, 3))]
    yield options | {"class_weights": [0.0, 2.5, 1.0]}, [(row, samples.even(random, 3)) for row in three]
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield options | {"class_weights": weights}, [([random.uniform(-2, 2) for _ in range(3)], k) for k in range(3)]
    yield options | {"ignore_index": 1}, [([0.5, 0.25, 0.0], 1), ([0.5, 0.25, 0.0], 2)]


PROBABILITY_ROWS = [
    [0.5, 0.5], [1.0, 0.0], [1 - 2.0**-53, 1e-16], [1 - 2.0**-24, 2.0**-24], [1e-300, 1.0, 0.0], [0.25, 0.25, 0.5],
    [1e-8, 1 - 1e-8], [1e-45, 0.5, 0.5], [0.9999, 0.0004], [0.2, 0.3, 0.4995], [0.1] * 10,
]


def probability_groups(random, options):
    """Rows of probabilities with every form of targets, and clipped ones."""
    options = options | {"from_logits": False}
    rows = [(row, k) for row in PROBABILITY_ROWS for k in range(min(len(row), 2))]
    for size in (2, 3, 4, 9):
        rows += [(samples.even(random, size), random.randrange(size)), (samples.peaked(random, size), random.randrange(size))]
    rows += [(row, samples.even(random, len(row))) for row in PROBABILITY_ROWS]
    rows += [(samples.even(random, 3), samples.onehot(1, 3)), ([0.0, 0.6, 0.4], [0.2, 0.8, 0.0])]
    yield options, [(samples.distribution(row), target) for row, target in rows]
    three = [[1.0, 0.0, 0.0], [1e-9, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], samples.even(random, 3)]
    for more in (
        {"epsilon": 1e-7}, {"epsilon": 0.01, "label_smoothing": 0.1}, {"class_weights": [1.0, 2.0, 0.5]},
        {"class_weights": [0.0, 1.5, 1.0], "label_smoothing": 0.3},
    ):
        some = [(row, random.randrange(3)) for row in three] + [(three[3], samples.even(random, 3))]
        yield options | more, [(samples.distribution(row), target) for row, target in some]
    yield options | {"epsilon": 0.0}, [
        ([0.25, 0.75], 0), ([1e-100, 1.0], 0), ([1e-140, 0.5, 0.5], 0), ([0.0, 0.5, 0.5], [0.0, 0.25, 0.75]),
        (samples.peaked(random, 5), samples.even(random, 5)), ([1 - 2.0**-53, 2.0**-53], 1),
    ]
