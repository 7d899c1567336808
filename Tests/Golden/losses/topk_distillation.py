# SPDX-License-Identifier: Apache-2.0
"""The divergence sum_k t_k log(t_k / s_k) + q log(q / r) of K tokens and of the rests q and r of all others."""

from mpmath import exp, fsum, log, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"tail": "bucket", "tail_epsilon": 0.0}


def rest(total, o):
    return max(1 - total, 1 - exp(-o.tail_epsilon))


def parts(logprobs, teacher_logprobs, o):
    """The probabilities with their logarithms, and those of the rests."""
    s, t = [[exp(x) for x in row] for row in (logprobs, teacher_logprobs)]
    if o.tail == "renormalize":
        s, t = [[x / fsum(row) for x in row] for row in (s, t)]
    pairs = list(zip(t, s))
    if o.tail == "bucket":
        pairs.append((rest(fsum(t), o), rest(fsum(s), o)))
    return [pair for pair in pairs if pair[0] > 0]


def loss(logprobs, teacher_logprobs, o):
    return fsum(t * log(t / s) for t, s in parts(logprobs, teacher_logprobs, o))


def terms(logprobs, teacher_logprobs, o):
    found = parts(logprobs, teacher_logprobs, o)
    size = max(mpf(1), max(abs(x) for x in [*logprobs, *teacher_logprobs]))
    # The error of a rest that is small is that of the sum.
    small = max(1 / s for t, s in found[-1:]) if o.tail == "bucket" else mpf(1)
    most = max(t * abs(log(t / s)) for t, s in found) + max(t * min(small, 2**40) for t, s in found[-1:])
    push = max(max(t, t * min(small, 2**40)) for t, s in found)
    return [size * most, size * push, size * push * min(small, 2**40)]


def groups(random):
    def row(size, total):
        return [samples.logarithm(x * total) for x in samples.even(random, size)]

    points = [(row(size, random.uniform(0.3, 0.99)), row(size, random.uniform(0.3, 0.99))) for size in (1, 2, 3, 5, 8, 9, 16) for _ in range(2)]
    points += [(row(3, 0.9), [x + 2.0**-k for x in row(3, 0.9)]) for k in (8, 30)]
    points += [([-50.0, -60.0], [-55.0, -52.0]), ([-1e-9], [-1e-6]), ([-1e-6, -30.0], [-0.5, -2.0]), ([-700.0, -1.0], [-1.0, -600.0]), ([-3.0, -1.0], [0.0, -745.0])]
    yield {}, points
    for tail in ("drop", "renormalize"):
        yield {"tail": tail}, points + [([-1e-30, -3.0], [0.0, -2.0])]
    yield {"tail_epsilon": 1e-7}, points[::3] + [([-1e-9, -40.0], [-1e-8, -30.0]), ([-0.25, -2.0], [-1e-10, -50.0])]
