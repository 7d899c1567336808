# SPDX-License-Identifier: Apache-2.0
"""Huber, with r = prediction - target: r^2/2 for |r| <= delta, delta(|r| - delta/2) beyond.

At |r| = delta the second derivative jumps; it is taken from the inner side, 1.
"""

import samples

KIND = "pointwise"
OPTIONS = {"delta": 1.0}


def loss(prediction, target, o):
    r = prediction - target
    return r**2 / 2 if abs(r) <= o.delta else o.delta * (abs(r) - o.delta / 2)


def kink(prediction, target, o):
    if abs(prediction - target) == o.delta:
        return {"hessian": 1}


def groups(random):
    for options in ({}, {"delta": 0.5}, {"delta": 50.0}, {"delta": 1e-8}, {"delta": 0.1}, {"delta": 1e150}):
        delta = options.get("delta", 1.0)
        points = [(r, 0.0) for r in samples.RESIDUALS] + [(0.0, r) for r in samples.around(delta)]
        points += [(r, 0.0) for r in samples.around(delta)] + [(delta, 2 * delta), (3 * delta, delta)]
        points += [(random.uniform(-3, 3) * delta, random.uniform(-3, 3) * delta) for _ in range(20)]
        points += [(samples.signed(random, -400, 400), samples.signed(random, -400, 400)) for _ in range(10)]
        yield options, points
    # Where p - t rounds to delta but is not exactly delta.
    yield {}, [
        (0.24445526225236106, -0.755544737747639), (-0.24445526225236106, 0.755544737747639),
        (1.0, 2.0**-60), (1.0, -(2.0**-60)), (-1.0, 2.0**-60), (-1.0, -(2.0**-60)), (2.0**-55, -1.0), (-(2.0**-55), -1.0),
    ]
