# SPDX-License-Identifier: Apache-2.0
"""Sequence likelihood calibration: max(0, delta - c + r) - lambda c."""

from mpmath import mpf

import preferences

KIND = "inputs"
OPTIONS = {"delta": 1.0, "lambda_coef": 0.1}


def loss(chosen, rejected, o):
    return max(mpf(0), o.delta - chosen + rejected) - o.lambda_coef * chosen


def kink(chosen, rejected, o):
    """At the margin the hinge counts as satisfied."""
    if o.delta - chosen + rejected == 0:
        return {0: [{"gradient": -o.lambda_coef, "hessian": 0}], 1: [{"gradient": 0, "hessian": 0}]}


def terms(chosen, rejected, o):
    return [max(abs(o.delta), abs(chosen), abs(rejected), o.lambda_coef * abs(chosen)), 0, 0, 0, 0]


def groups(random):
    for delta, factor in ((1.0, 0.1), (0.0, 0.0), (2.5, 1.0)):
        given = {"delta": delta, "lambda_coef": factor}
        points = preferences.pairs(random, 1.0, delta or 0.5, count=10, reference=False)
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, points + [(delta, 0.0), (-3.0, -3.0 - delta)]
