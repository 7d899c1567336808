# SPDX-License-Identifier: Apache-2.0
"""The load balancing of experts: K sum_k f_k P_k, f the share of tokens with k among their top_k, P the mean softmax."""

from mpmath import fsum, mpf

import logits

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"top_k": 2}


def shares(rows, o):
    counts = [0] * len(rows[0])
    for row in rows:
        for k in sorted(range(len(row)), key=lambda k: (-row[k], k))[: int(o.top_k)]:
            counts[k] += 1
    return [mpf(count) / len(rows) for count in counts]


def loss(predictions, token_mask, o):
    rows = [row for n, row in enumerate(predictions) if token_mask is None or token_mask[n]]
    if not rows:
        return mpf(0)
    means = [fsum(p) / len(rows) for p in zip(*map(logits.probabilities, rows))]
    return len(rows[0]) * fsum(f * p for f, p in zip(shares(rows, o), means))


def terms(predictions, token_mask, o):
    size = mpf(len(predictions[0])) / max(sum(token_mask or [1] * len(predictions)), 1)
    return [0, size, size]


def groups(random):
    def rows(count, size, spread=2):
        return [[random.uniform(-spread, spread) for _ in range(size)] for _ in range(count)]

    points = [(rows(count, size), None) for count, size in ((1, 2), (2, 2), (3, 4), (5, 8), (4, 9), (7, 3))]
    points += [(rows(4, 5, 30), None), (rows(3, 3), [1, 0, 1]), (rows(4, 4), [0, 0, 1, 1]), (rows(2, 3), [0, 0])]
    yield {}, points
    yield {"top_k": 1}, points
    yield {"top_k": 3}, [point for point in points if len(point[0][0]) >= 3][::2]
