# SPDX-License-Identifier: Apache-2.0
"""Divergences of a student's logits from a teacher's, and pairs of rows of logits at all distances."""

from mpmath import exp, fsum, log, mpf

import samples


def log_softmax(row, temperature=1):
    # The numbers of a teacher are doubles.
    row = [mpf(x) for x in row]
    top = max(row)
    scaled = [(x - top) / temperature for x in row]
    total = log(fsum(exp(x) for x in scaled))
    return [x - total for x in scaled]


def probabilities(row, temperature=1):
    return [exp(x) for x in log_softmax(row, temperature)]


def both(predictions, targets, o):
    """The probabilities of the student and of the teacher."""
    return probabilities(predictions, o.temperature), probabilities(targets, o.temperature)


def divergence(p, q):
    return fsum(x * log(x / y) for x, y in zip(p, q) if x)


def terms(predictions, targets, o):
    """The largest terms: probabilities times the logarithms whose errors they have."""
    ours, theirs = log_softmax(predictions, o.temperature), log_softmax(targets, o.temperature)
    size = max(mpf(1), *(min(abs(x), 800) for x in ours + theirs))
    most = max(exp(x) * max(1, abs(x - y)) for x, y in [*zip(ours, theirs), *zip(theirs, ours)])
    return [size * most, size * most / o.temperature, size * most / o.temperature**2]


def pairs(random):
    def row(size, spread):
        return [random.uniform(-spread, spread) for _ in range(size)]

    found = [(row(size, spread), row(size, spread)) for size, spread in ((2, 3), (2, 30), (3, 3), (4, 30), (5, 3), (8, 30), (9, 3), (11, 30))]
    found += [([samples.signed(random, -40, 5) for _ in range(size)], row(size, 2)) for size in (2, 5)]
    for size in (2, 4):
        for k in (1, 8, 20, 45):
            teacher = row(size, 4)
            found.append(([x + random.uniform(-1, 1) * 2.0**-k for x in teacher], teacher))
    found += [([40.0, 0.0, 0.0], [0.0, 0.0, -40.0]), ([0.0, 0.0], [1e-9, 0.0]), ([300.0, 0.0, -300.0], [-200.0, 0.0, 1.0])]
    return found + [([1000.0, 0.0], [0.0, 0.0]), ([0.0, 0.5], [1000.0, 0.0]), ([1e8, 1e8 + 1], [3.0, 1.0])]
