# SPDX-License-Identifier: Apache-2.0
"""Odds ratio preference optimization: -k c + beta softplus(-log(odds(c)/odds(r))), odds(x) = e^x/(1 - e^x)."""

from mpmath import expm1, log

import samples
from preferences import power, sigmoid, softplus

KIND = "inputs"
OPTIONS = {"beta": 0.1, "nll_coefficient": 1.0}


def ratio(chosen, rejected):
    return chosen - rejected - log(-expm1(chosen)) + log(-expm1(rejected))


def loss(chosen, rejected, o):
    return -o.nll_coefficient * chosen + o.beta * softplus(-ratio(chosen, rejected))


def terms(chosen, rejected, o):
    """The Hessian in the chosen response is a difference."""
    q, v = sigmoid(-ratio(chosen, rejected)), 1 / (-expm1(chosen))
    return [0, 0, 0, o.beta * q * v * max(1 - q, q * power(chosen) * v), 0]


def groups(random):
    for given in ({}, {"beta": 0.5, "nll_coefficient": 0.0}, {"beta": 1e-6}, {"beta": 3.0, "nll_coefficient": 0.3}):
        points = [(-random.uniform(0.01, 6), -random.uniform(0.01, 6)) for _ in range(30)]
        points += [(-samples.magnitude(random, -60, 9), -samples.magnitude(random, -60, 9)) for _ in range(30)]
        # Responses of nearly equal odds.
        points += [(c, c - d) for c in (-0.7, -40.0, -1e-9, -300.0) for d in (0.0, 1e-9, -1e-12, 0.3, 5.0) if c - d < 0]
        points += [(-x, -0.3) for x in samples.near(1.0, 9)] + [(-1e4, -1.0), (-1.0, -1e4), (-1e8, -1e8 - 2), (-1e200, -1e-200)]
        points += [(-1e-200, -2e-200), (-1e-200, -1.0), (-3.0, -1e-200), (-700.0, -1.0), (-0.6931471805599453, -0.6931471805599452)]
        # A probability that is no normal number, although its product with the odds is.
        points += [(c, r) for c in (-1e-200, -3e-150, -1e-100) for r in (-400.0, -700.0, -861.0, -1100.0)]
        points += [(-0.5, -720.0), (-0.5, -741.0), (-1e-3, -735.0), (-1e-200, -1e-200), (-720.0, -1e-200), (-861.0, -3.0)]
        yield given, points
    yield {"beta": 1e3, "nll_coefficient": 0.0}, [(-0.5, r) for r in (-705.0, -715.0, -730.0, -744.0, -751.0)]
