# SPDX-License-Identifier: Apache-2.0
"""Errors in units in the last place."""

import math

from mpmath import mp, mpf

mp.dps = 60


def ulps(value, true, term, counts_as_size):
    """The error in units in the last place of the true value."""
    true = mpf(true)
    if not math.isfinite(value):
        return math.inf
    error, nearest = abs(mpf(value) - true), abs(float(true))
    if counts_as_size:
        nearest = max(nearest, abs(float(mpf(term))))
    elif error <= mpf(term) * mpf(2) ** -98:
        return 0.0
    return float(error / mpf(math.ulp(nearest)))


def shown(error):
    if math.isinf(error):
        return "not finite"
    return f"{error:.1f}" if error < 100 else f"{error:.0e}".replace("e+", "e").replace("e0", "e")
