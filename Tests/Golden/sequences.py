# SPDX-License-Identifier: Apache-2.0
"""Padded sequences of the logarithms of probabilities of tokens, with an advantage for each."""

import samples


def counted(values, token_mask):
    """The numbers of the tokens that count."""
    return [x for n, x in enumerate(values) if token_mask is None or token_mask[n]]


def points(random, *means):
    """Sequences whose mean log-ratios are near the given numbers, and others."""
    found = []
    for mean in means:
        for size in (1, 2, 3, 7, 8, 9, 20):
            old = [-random.uniform(0, 6) for _ in range(size)]
            shift = [mean + random.uniform(-1, 1) * abs(mean) for _ in range(size)]
            for advantage in (random.uniform(0.1, 2), -random.uniform(0.1, 2)):
                found.append(([x + d for x, d in zip(old, shift)], old, advantage, None))
    for size in (2, 5, 9):
        mask = [1] + [random.randrange(2) for _ in range(size - 1)]
        found.append(([-random.uniform(0, 6) for _ in range(size)], [-random.uniform(0, 6) for _ in range(size)], random.uniform(-2, 2), mask))
    found += [([-1.0, -2.0], [-1.5, -2.5], 1.5, [0, 0]), ([-1.0, 0.0, -3.0], [-1.5, 0.0, -2.5], -0.7, [1, 0, 1])]
    found += [([-0.25, -745.0], [-0.5, -1.0], 1.0, None), ([-1.0, -0.5], [-700.0, -2.0], -1e-20, None), ([-1e100, -1.0], [-1e100, -1.5], 2.0, None)]
    found += [([samples.signed(random, -80, 6) for _ in range(4)], [samples.signed(random, -80, 6) for _ in range(4)], samples.signed(random, -90, 90), None) for _ in range(6)]
    return found
