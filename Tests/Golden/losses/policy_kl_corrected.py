# SPDX-License-Identifier: Apache-2.0
"""The corrected estimate of a divergence: e^(p - o) (e^d - 1 - d), d = r - p."""

import policies
import samples
from preferences import power

KIND = "inputs"
OPTIONS = {}


def loss(logprobs, reference_logprobs, old_logprobs, o):
    d = reference_logprobs - logprobs
    return power(logprobs - old_logprobs) * (power(d) - 1 - d)


def terms(logprobs, reference_logprobs, old_logprobs, o):
    """The Hessian in the policy is e^(p - o) (1 - d)."""
    ratio = power(logprobs - old_logprobs)
    return [0, 0, 0, 0, ratio * max(1, abs(reference_logprobs - logprobs)), 0, 0]


def groups(random):
    points = []
    for r, p, _ in policies.tokens(random, 1.0, 1e-3, -1.375, count=16):
        if r - p < 700:
            points += [(p, r, p - random.uniform(-3, 3)), (p, r, p)]
    points += [(p, p + x, p + y) for p in (-1.0, -0.3) for x in (1e-8, -3.0, 0.7) for y in samples.near(1.0, 20) + [700.0, -600.0, 745.0]]
    yield {}, [point for point in points if point[0] - point[2] < 1e4]
