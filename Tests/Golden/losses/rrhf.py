# SPDX-License-Identifier: Apache-2.0
"""Ranking responses: w sum over R_i < R_j of max(0, p_i - p_j) - p_best."""

from mpmath import fsum, mpf

import samples

KIND = "arrays"
DIFFERENTIABLE = [0]
OPTIONS = {"rrhf_weight": 1.0}


def loss(logprobs, rewards, o):
    pairs = [(p, q) for p, r in zip(logprobs, rewards) for q, s in zip(logprobs, rewards) if r < s]
    return o.rrhf_weight * fsum(max(mpf(0), p - q) for p, q in pairs) - logprobs[rewards.index(max(rewards))]


def terms(logprobs, rewards, o):
    return [o.rrhf_weight * max(abs(p) for p in logprobs), 0, 0]


def groups(random):
    def point(size):
        return [-random.uniform(0, 5) for _ in range(size)], [random.uniform(-2, 2) for _ in range(size)]

    points = [point(size) for size in (1, 2, 3, 4, 7, 8, 9, 17) for _ in range(2)]
    points += [([-1.0, -2.0, -3.0], [0.5, 0.5, 0.5]), ([-1.0, -2.0, -1.5, -0.5], [1.0, 1.0, 0.0, 1.0])]
    points += [([samples.signed(random, -300, 300) for _ in range(5)], [random.uniform(-2, 2) for _ in range(5)]), ([-1.0, samples.above(-1.0)], [1.0, 0.0])]
    yield {}, points
    yield {"rrhf_weight": 0.3}, points[::3]
    yield {"rrhf_weight": 0.0}, points[::5]
