# SPDX-License-Identifier: Apache-2.0
"""Logarithms of the probabilities of tokens by two policies, and advantages."""

import samples

RATIOS = [0.0, 1e-300, -1e-8, 1e-8, 0.5, -1.0, 3.0, -17.0, 37.0, -745.25, 700.0, -1e4]
ADVANTAGES = [1.0, -1.0, 0.5, -0.3, 2.5, -7.0]


def tokens(random, *zeros, count=20):
    """Triples of logarithms whose difference is of any size or near the given numbers, and an advantage."""
    sizes = RATIOS + [x for zero in zeros for x in samples.near(zero, 12)] + [random.uniform(-3, 3) for _ in range(count)]
    sizes += [samples.signed(random, -60, 6) for _ in range(count // 2)]
    points = []
    for k, size in enumerate(sizes):
        old = -random.uniform(0, 20)
        points += [(size, 0.0, a) for a in (random.uniform(0.1, 3), -random.uniform(0.1, 3))]
        points.append((old + size, old, ADVANTAGES[k % 6]))
    points += [(-random.uniform(0, 9), -random.uniform(0, 9), random.uniform(-3, 3)) for _ in range(count)]
    points += [(-0.5, -0.75, 0.0), (-3.0, -0.75, 0.0), (-0.1, -3.0, 0.0), (-1.0, -1.0, 0.0), (0.0, 0.0, 1.0)]
    points += [(samples.signed(random, -100, 6), samples.signed(random, -100, 6), samples.signed(random, -90, 90)) for _ in range(count // 2)]
    return points + [(1e100, 1e100, 1e100), (-1e100, 1e100, -1.0), (720.0, 0.0, 1e-20), (-760.0, 0.0, -1e40), (5e-324, 0.0, 1.0)]
