# SPDX-License-Identifier: Apache-2.0
"""Advantage-weighted regression: -min(e^(a/b), m) p; at the limit and beyond, the derivatives in a are 0."""

import samples
from preferences import power

KIND = "inputs"
OPTIONS = {"beta": 1.0, "max_weight": 20.0}


def loss(logprobs, advantages, o):
    return -min(power(advantages / o.beta), o.max_weight) * logprobs


def kink(logprobs, advantages, o):
    if power(advantages / o.beta) == o.max_weight:
        return {1: [{"gradient": 0, "hessian": 0}]}


def groups(random):
    for options, limit in (({}, 2.995732273553991), ({"max_weight": 1.0}, 0.0), ({"beta": 0.05, "max_weight": 1e100}, 11.512925464970229), ({"beta": 30.0}, 89.87196820661973)):
        pairs = [(-random.uniform(0, 9), a) for a in samples.near(limit, 6)]
        pairs += [(-random.uniform(0, 9), random.uniform(-1, 1) * (limit or 3)) for _ in range(40)]
        pairs += [(samples.signed(random, -100, 100), -abs(samples.signed(random, -60, 3))) for _ in range(20)]
        pairs += [(-1e100, limit / 2), (0.0, 1.0), (-0.5, 0.0), (-1.0, 1e100), (-1.0, -1e100), (-1e-300, 0.25)]
        yield options, pairs
