# SPDX-License-Identifier: Apache-2.0
"""Log-cosh: log(cosh(prediction - target))."""

from mpmath import cosh, log

import samples

KIND = "pointwise"
OPTIONS = {}


def loss(prediction, target, o):
    return log(cosh(prediction - target))


def groups(random):
    points = samples.errors(random, 1.0, 60) + samples.errors(random, 0.75, 30)
    yield {}, points + [(random.uniform(-400, 400), random.uniform(-400, 400)) for _ in range(20)]
