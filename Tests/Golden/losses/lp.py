# SPDX-License-Identifier: Apache-2.0
"""A power of the absolute error: |prediction - target|^power."""

import samples

KIND = "inputs"
OPTIONS = {"power": 1.5}


def loss(prediction, target, o):
    return abs(prediction - target) ** o.power


def kink(prediction, target, o):
    if prediction == target:
        own = {"gradient": 0, "hessian": 2 if o.power == 2 else 0}
        return {0: [own], 1: [own]}


def groups(random):
    for power in (1.5, 1.0, 2.0, 0.5, 1e-3, 1.0 + 1e-9, 2.0 - 1e-9, 3.0, 4.5, 7.9, 12.0, 37.5, 100.0):
        points = samples.errors(random, 1.0, 40 if power == 1.5 else 12)
        points += [(r, 0.0) for r in samples.near(1.0)] + [(0.25, 0.25)]
        yield {} if power == 1.5 else {"power": power}, points
