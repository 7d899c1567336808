# SPDX-License-Identifier: Apache-2.0
"""Kullback-Leibler divergence of a row: sum_k y_k (log y_k - log q_k), 0 log 0 = 0.

y is the target row, or e^target with log_targets. q is the prediction row clipped to [epsilon, 1],
e^prediction with log_predictions, or softmax(prediction) with from_logits; only the first is clipped.
Where a q_k is clipped, gradient and Hessian are those of the unclipped formula at the clipped
probability. Rows of doubles rarely sum to exactly 1: the formula is taken as written, so a divergence
of nearly equal rows may be a little below 0.
"""

from mpmath import exp, fsum, log, mpf, workdps

import samples

SEED = "kl-divergence"
KIND = "rowwise"
OPTIONS = {
    "from_logits": False, "log_predictions": False, "log_targets": False, "epsilon": 2.220446049250313e-16,
}


def clip(prediction, o):
    if o.from_logits or o.log_predictions:
        return prediction
    return max(o.epsilon, min(mpf(1), prediction))


def loss(predictions, target, o):
    y = [exp(t) for t in target] if o.log_targets else target
    q = predictions
    if o.log_predictions:
        q = [exp(p) for p in predictions]
    if o.from_logits:
        powers = [exp(z) for z in predictions]
        q = [power / fsum(powers) for power in powers]
    return fsum(a * (log(a) - log(b)) for a, b in zip(y, q) if a != 0)


def logs(row):
    with workdps(60):
        return [float(log(mpf(x))) for x in row]


def nudged(random, row, size):
    """The row, with `size` times its first member moved from the second member to the first."""
    return samples.distribution([row[0] * (1 + size), row[1] - row[0] * size, *row[2:]])


def groups(random):
    even, peaked = samples.even, samples.peaked
    pairs = [(even(random, size), even(random, size)) for size in (2, 3, 4, 5, 10)]
    pairs += [(peaked(random, size), peaked(random, size)) for size in (2, 3, 4, 7)]
    near = []
    for size in (1e-3, 1e-6, 1e-8, 1e-10, 1e-15):
        for width in (2, 3, 6):
            row = even(random, width)
            near.append((nudged(random, row, size), row))
    for width in (2, 4, 8):
        row = even(random, width)
        near += [(row, row), ([samples.above(row[0]), *row[1:]], row)]
    edges = [
        ([0.5, 0.5], [1.0, 0.0]), ([1.0, 0.0], [1.0, 0.0]), ([0.0, 1.0], [0.25, 0.75]), ([1.0, 0.0], [0.5, 0.5]),
        ([1e-300, 1.0], [0.5, 0.5]), ([0.25] * 4, [0.25] * 4), ([0.25] * 4, [0.0, 0.5, 0.5, 0.0]), ([1.0], [1.0]),
        ([1e-16, 1.0], [1e-16, 1.0]), ([0.5, 0.5], [1e-300, 1.0]), ([0.3, 0.6995], [0.7, 0.3004]),
        ([1 - 2.0**-53, 2.0**-53], [1 - 2.0**-24, 2.0**-24]), ([0.1] * 10, samples.onehot(3, 10)),
    ]
    yield {}, edges + pairs + near
    yield {"epsilon": 1e-3}, edges[:5] + pairs[5:7]
    yield {"epsilon": 0.0}, [edges[1], edges[6], edges[11], pairs[6], ([1e-100, 1.0], [0.5, 0.5])]

    yield {"log_predictions": True}, [
        *[(logs(q), y) for q, y in pairs + near[::2]], ([0.0, -1e4], [1.0, 0.0]), ([0.0, -800.0], [0.5, 0.5]),
    ]
    yield {"log_targets": True}, [
        *[(q, logs(y)) for q, y in pairs[::2] + near[1::3]], ([0.5, 0.5], [0.0, -800.0]), ([0.5, 0.5], [0.0, -700.0]),
    ]
    yield {"log_predictions": True, "log_targets": True}, [
        *[(logs(q), logs(y)) for q, y in pairs[1::2] + near[::3]], ([-1e4, 0.0], [-1e4, 0.0]),
    ]

    logits = [
        [1e8, 1e8], [-200.0] * 3, [40.0, 0.0, 0.0], [710.0, -710.0], [710.0, 0.0, -710.0], [0.0] * 4, [1e4, 0.0, -1e4],
        [1e-8, -1e-8], *[[random.uniform(-6, 6) for _ in range(size)] for size in (2, 3, 5, 8)],
    ]
    rows = [(z, even(random, len(z))) for z in logits] + [(z, samples.onehot(0, len(z))) for z in logits[::2]]
    rows += [(logs(y), y) for y in (even(random, 2), even(random, 3), peaked(random, 3))]
    rows += [([0.0] * 4, [0.25] * 4)]
    yield {"from_logits": True}, rows
    yield {"from_logits": True, "log_targets": True}, [(z, logs(even(random, len(z)))) for z in logits[1::2]]
