# SPDX-License-Identifier: Apache-2.0
"""The CRPS of a Laplace distribution: s (|w| + e^-|w| - 3/4), w = (t - m)/s."""

from mpmath import findroot, mpf, workdps

import forecasts
from preferences import power

KIND = "inputs"
OPTIONS = {}


def loss(location, scale, target, o):
    w = abs((target - location) / scale)
    return scale * (w + power(-w) - mpf(3) / 4)


def terms(location, scale, target, o):
    """The gradient in the scale is a difference of two terms."""
    return [0, 0, mpf(3) / 4, 0, 0, 0, 0]


def groups(random):
    with workdps(60):
        zero = float(findroot(lambda x: power(-x) * (1 + x) - mpf(3) / 4, mpf(1)))
    yield {}, forecasts.points(random, zero)
