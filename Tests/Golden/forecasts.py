# SPDX-License-Identifier: Apache-2.0
"""Forecasts of a location and a scale, with targets at all distances in units of the scale."""

import samples


def points(random, *zeros):
    """Locations, scales and targets; `zeros` are ratios of distance and scale at which terms cancel."""
    found = [(random.uniform(-3, 3), random.uniform(0.05, 4), random.uniform(-3, 3)) for _ in range(60)]
    for scale in (1.0, 0.3, 1e-90, 1e90):
        found += [(sign * x * scale, scale, 0.0) for zero in zeros for x in samples.near(zero, 7) for sign in (-1, 1)]
        found += [(ratio * scale, scale, 0.0) for ratio in (0.0, 1e-9, 1e-3, 0.5, 3.0, 36.0, 700.0, 745.0, -800.0, 1e5)]
    found += [(random.uniform(0, size), 1.0, 0.0) for size in (1, 2, 6, 30) for _ in range(8)]
    found += [(x, s, 0.0) for x in (0.0, 5e-324, 1e-310, 1e-300, 1e-8, -1.0, 1e90) for s in (1e-100, 1e-20, 1.0, 1e20, 1e100)]
    found += [(samples.signed(random, -40, 40), samples.magnitude(random, -60, 60), samples.signed(random, -40, 40)) for _ in range(40)]
    found += [(samples.signed(random, -330, 330), samples.magnitude(random, -330, 330), samples.signed(random, -330, 330)) for _ in range(20)]
    return found + [(1.0, s, samples.above(1.0)) for s in (1e-16, 1e-18, 1.0)] + [(1e8, 2e-9, 1e8 + 2e-8), (1e100, 1.0, -1e100)]
