# SPDX-License-Identifier: Apache-2.0
"""DPO with other divergences: softplus(-u), u = beta (s(x) - s(y)), s(x) = e^((a - 1) x)/(a - 1), or log sigmoid(x)."""

from mpmath import mpf

import preferences
import samples
from preferences import power, sigmoid, softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "divergence": "alpha_divergence", "alpha": 0.5}


def order(o):
    return {"reverse_kl": mpf(1), "forward_kl": mpf(0)}.get(o.divergence, o.alpha)


def score(x, o):
    if o.divergence == "js_divergence":
        return -softplus(-x)
    k = order(o) - 1
    return power(k * x) / k if k else x


def slopes(x, o):
    """The first derivative of the score, and the second one divided by it."""
    if o.divergence == "js_divergence":
        return sigmoid(-x), -sigmoid(x)
    k = order(o) - 1
    return power(k * x), k


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    return softplus(-o.beta * (score(chosen - reference_chosen, o) - score(rejected - reference_rejected, o)))


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    """The Hessian is a difference in both responses."""
    x, y = chosen - reference_chosen, rejected - reference_rejected
    u = o.beta * (score(x, o) - score(y, o))
    sizes = []
    for z in (x, y):
        slope, growth = slopes(z, o)
        reward = o.beta * slope
        sizes.append(sigmoid(-u) * reward * max(sigmoid(u) * reward, abs(growth)))
    return [0] * 5 + sizes + sizes


def groups(random):
    for given in ({}, {"alpha": 0.999}, {"alpha": 2.0, "beta": 0.5}, {"divergence": "forward_kl"}, {"divergence": "js_divergence", "beta": 0.5},
                  {"divergence": "reverse_kl"}, {"alpha": 1.0}, {"alpha": -1.0, "beta": 1.0}):
        options = OPTIONS | given
        k = {"forward_kl": -1.0, "js_divergence": 1.0, "reverse_kl": 1.0}.get(options["divergence"], options["alpha"] - 1)
        points = [tuple(-random.uniform(0, 30) for _ in range(4)) for _ in range(30)]
        sizes = [0.0, 1e-9, -1e-4, 0.3, -1.0, 3.0, -8.0, 20.0, -30.0] + [random.uniform(-9, 9) for _ in range(14)]
        for size in sizes:
            x = random.choice(sizes) / max(abs(k), 0.1)
            y = size / max(abs(k), 0.1)
            points += [(x, y, 0.0, 0.0), (0.0, 0.0, -x, -x + samples.signed(random, -50, -3)), (-300.0 + x, -200.0, -300.0, -200.0 - y)]
        points += [(-40.0, -40.0 + 2.0**-k, 0.0, 0.0) for k in (3, 20, 45)] + [(3.0, -90.0, 0.0, 0.0), (0.0, -900.0, 0.0, 0.0)]
        yield given, [point for point in points if k * (point[0] - point[2]) < 550]
