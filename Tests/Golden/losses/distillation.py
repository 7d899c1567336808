# SPDX-License-Identifier: Apache-2.0
"""The distillation loss of a row: T^2 sum_k P_k log(P_k / Q_k), P = softmax(t / T), Q = softmax(z / T)."""

from mpmath import exp, fsum, log, mpf

import samples

KIND = "rowwise"
OPTIONS = {"temperature": 2.0, "axis": -1}


def log_softmax(row, o):
    scaled = [(x - max(row)) / o.temperature for x in row]
    total = log(fsum(exp(x) for x in scaled))
    return [x - total for x in scaled]


def loss(predictions, target, o):
    ours, theirs = log_softmax(predictions, o), log_softmax(target, o)
    return o.temperature**2 * fsum(exp(p) * (p - q) for p, q in zip(theirs, ours))


def terms(predictions, target, o):
    """The largest terms of the loss, and of a gradient."""
    ours, theirs = log_softmax(predictions, o), log_softmax(target, o)
    size = max(mpf(1), *(min(abs(x), 800) for x in ours + theirs))
    most = max(exp(p) * abs(p - q) for p, q in zip(theirs, ours))
    return {
        "loss": o.temperature**2 * size * most,
        "gradient": o.temperature * size * max(min(exp(p), exp(q)) for p, q in zip(theirs, ours)),
    }


def groups(random):
    def row(size, spread):
        return [random.uniform(-spread, spread) for _ in range(size)]

    pairs = []
    for size in (2, 3, 4, 7, 8, 9, 12):
        pairs += [(row(size, 3), row(size, 3)), (row(size, 30), row(size, 30))]
        pairs.append(([samples.signed(random, -40, 5) for _ in range(size)], row(size, 2)))
        # A student near the teacher, at all distances.
        for k in (1, 5, 12, 16, 20, 30, 45):
            teacher = row(size, 4)
            pairs.append(([x + random.uniform(-1, 1) * 2.0**-k for x in teacher], teacher))
    pairs += [(z, list(reversed(z))) for z in samples.LOGIT_ROWS if max(abs(x) for x in z) < 1e9]
    pairs += [([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]), ([0.0, 0.0], [1e-9, 0.0])]
    pairs += [([1000.0, 0.0], [0.0, 0.0]), ([0.0, 0.0], [1000.0, 0.0]), ([-3000.0, 0.0, 1.0], [5.0, 0.0, -3000.0])]
    yield {}, pairs
    for temperature in (1.0, 0.1, 20.0, 3.0):
        yield {"temperature": temperature}, pairs[::5]
