# SPDX-License-Identifier: Apache-2.0
"""The Bradley-Terry loss of two rewards: softplus(-u) + k (c + r)^2, u = c - r - m."""

from mpmath import findroot, mpf, workdps

import preferences
import samples
from preferences import sigmoid, softplus

KIND = "inputs"
OPTIONS = {"center_rewards_coefficient": 0.0}


def loss(chosen, rejected, margin, o):
    return softplus(-(chosen - rejected - margin)) + o.center_rewards_coefficient * (chosen + rejected) ** 2


def terms(chosen, rejected, margin, o):
    """The gradient in each reward is a sum of a probability and the pull of the penalty."""
    share, pull = sigmoid(margin + rejected - chosen), abs(2 * o.center_rewards_coefficient * (chosen + rejected))
    return [0, max(share, pull), max(share, pull), 0, 0, 0, 0]


def groups(random):
    for coefficient in (0.0, 0.01, 2.0, 1e-8, 1e6):
        pairs = preferences.pairs(random, 1.0, 0.0, count=10)
        points = [(c - e, r, r - f - r) for c, r, e, f in pairs if abs(c - e) < 1e299 and abs(f) < 1e299]
        points += [(random.uniform(-5, 5), random.uniform(-5, 5), random.choice([0.0, random.uniform(0, 2)])) for _ in range(30)]
        if coefficient:
            # Where the gradient in one of the rewards is 0.
            for c in (0.5, -2.0, 3.0, 0.01):
                for sign in (-1, 1):
                    with workdps(40):
                        k = mpf(coefficient)
                        try:
                            root = float(findroot(lambda r: 2 * k * (c + r) + sign * sigmoid(r - c), -c))
                        except (ValueError, ZeroDivisionError):
                            continue
                    points += [(c, r, 0.0) for r in samples.near(root, 9)]
        yield {"center_rewards_coefficient": coefficient} if coefficient else {}, points
