# SPDX-License-Identifier: Apache-2.0
"""AlphaPO: softplus(-u), u = beta ((1 - e^(-a c))/a - (1 - e^(-a r))/a) - gamma."""

import samples
from preferences import power, sigmoid, softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "gamma": 0.5, "alpha": 0.25}


def reward(x, o):
    return (1 - power(-o.alpha * x)) / o.alpha if o.alpha else x


def margin(chosen, rejected, o):
    return o.beta * (reward(chosen, o) - reward(rejected, o)) - o.gamma


def loss(*inputs):
    return softplus(-margin(*inputs))


def terms(chosen, rejected, o):
    """The Hessian is a difference in both responses."""
    u, sizes = margin(chosen, rejected, o), []
    for x in (chosen, rejected):
        slope = o.beta * power(-o.alpha * x)
        sizes.append(sigmoid(-u) * slope * max(sigmoid(u) * slope, abs(o.alpha)))
    return [0] * 3 + sizes


def groups(random):
    for given in ({}, {"alpha": 1e-3, "beta": 2.0}, {"alpha": -0.5, "beta": 2.5, "gamma": 1.6}, {"alpha": 0.0}, {"alpha": 2.0, "beta": 1.0, "gamma": -3.0}):
        points = [(-random.uniform(0, 4), -random.uniform(0, 4)) for _ in range(40)]
        points += [(-random.uniform(0, 40), -random.uniform(0, 40)) for _ in range(20)]
        for x in (-0.3, -1.0, -20.0):
            points += [(x, x), (x, x + 1e-9), (x, x - 2.0**-40), (x, -800.0), (x, samples.above(x)), (x, 0.0)]
        yield given, points
