# SPDX-License-Identifier: Apache-2.0
"""The clipped loss of a value: max((v - r)^2, (o + clip(v - o, -c, c) - r)^2)/2."""

import samples

KIND = "inputs"
OPTIONS = {"clip": 0.2}


def errors(values, old_values, returns, o):
    return values - returns, old_values + max(min(values - old_values, o.clip), -o.clip) - returns


def loss(*inputs):
    return max(x**2 for x in errors(*inputs)) / 2


def kink(values, old_values, returns, o):
    """Of equal terms the first one counts."""
    plain, clipped = errors(values, old_values, returns, o)
    if abs(values - old_values) == o.clip or plain**2 == clipped**2:
        return {
            0: [{"gradient": plain, "hessian": 1}], 1: [{"gradient": 0, "hessian": 0}], 2: [{"gradient": -plain, "hessian": 1}],
        }


def groups(random):
    for clip in (0.2, 0.5, 0.0, 1e-8, 10.0):
        points = [(random.uniform(-3, 3), random.uniform(-3, 3), random.uniform(-3, 3)) for _ in range(60)]
        # The value at the greatest distance, errors that agree in magnitude, and steps of any size.
        for old in (0.0, 1.0, -0.375):
            points += [(old + sign * x, old, r) for sign in (-1, 1) for x in samples.near(clip, 16) for r in (0.25, -2.0)]
        points += [(0.5 + x, 0.25 - clip + x, x - 0.125) for x in (0.0, 0.125, -1.0)]
        points += [(1.0, 0.0, (1 + clip) / 2), (1.0, 0.0, samples.above((1 + clip) / 2)), (1.0, 0.0, samples.below((1 + clip) / 2))]
        points += [(samples.signed(random, -80, 80), samples.signed(random, -80, 80), samples.signed(random, -80, 80)) for _ in range(20)]
        points += [(x, x, x + step) for x in (1.0, 1e8, -3.5) for step in (0.0, 1e-8, 1.0, -1e30)] + [(1e100, -1e100, 1e100)]
        yield {"clip": clip} if clip != 0.2 else {}, points
