# SPDX-License-Identifier: Apache-2.0
"""Kahneman-Tversky optimization: w sigmoid(-v) if desirable, w sigmoid(v) if not, v = beta (x - x' - kl)."""

import preferences
import samples
from preferences import sigmoid

KIND = "arrays"
OPTIONS = {"beta": 0.1, "kl": 0.0, "desirable_weight": 1.0, "undesirable_weight": 1.0}
DIFFERENTIABLE = (0, 1)


def loss(logprobs, reference_logprobs, labels, o):
    (x,), (y,), (label,) = logprobs, reference_logprobs, labels
    v = o.beta * (x - y - o.kl)
    return o.desirable_weight * sigmoid(-v) if label == 1 else o.undesirable_weight * sigmoid(v)


def terms(logprobs, reference_logprobs, labels, o):
    slope, bend = preferences.subnormal(o.beta, o.beta * (logprobs[0] - reference_logprobs[0] - o.kl))
    return [0, slope, slope, bend, bend]


def groups(random):
    for given in (
        {}, {"beta": 0.5, "kl": 0.3}, {"beta": 2.0, "kl": 20.0, "desirable_weight": 0.7}, {"beta": 1e-6, "undesirable_weight": 1.3},
        {"beta": 1e3, "kl": 1e-3, "desirable_weight": 0.0},
    ):
        beta, kl = given.get("beta", 0.1), given.get("kl", 0.0)
        sizes = preferences.margins(random, beta, 0.0, 1e-9, count=10)
        points = [(kl + size, 0.0) for size in sizes] + [(0.0, size - kl) for size in sizes[::3]]
        points += [(-x, size - x - kl) for size in sizes[::3] for x in (random.uniform(1, 300),)]
        points += [(-random.uniform(0, 80), -random.uniform(0, 80)) for _ in range(20)]
        points += [(samples.signed(random, -300, 30), samples.signed(random, -300, 30)) for _ in range(8)]
        points = [point for point in points if preferences.fair((point[0] - kl, 0.0, point[1], 0.0), beta)]
        yield given, [([x], [y], [float(k % 2)]) for k, (x, y) in enumerate(points)] + [([x], [y], [1.0]) for x, y in points[:20]]
    yield {"beta": 1e3}, [([x], [y], [label]) for x, y in preferences.far(1e3, reference=False) for label in (0.0, 1.0)]
