# SPDX-License-Identifier: Apache-2.0
"""The logistic distance: -log(4 e^r/(1 + e^r)^2), r = prediction - target."""

from mpmath import exp, log

import samples

KIND = "pointwise"
OPTIONS = {}


def loss(prediction, target, o):
    r = prediction - target
    return -log(4 * exp(r) / (1 + exp(r)) ** 2)


def groups(random):
    points = samples.errors(random, 1.5, 60)
    yield {}, points + [(random.uniform(-400, 400), random.uniform(-400, 400)) for _ in range(20)]
