# SPDX-License-Identifier: Apache-2.0
"""The Mills ratio Phi(-x)/phi(x) of the normal distribution, computed with mpmath.

usage: python3 Tests/Golden/mills.py > Tests/Golden/mills.txt      (needs mpmath)

Each line contains an argument and three doubles whose sum is the result to 158 bits, each the nearest one to what the
previous ones leave (hexadecimal). Random arguments come from a generator with a fixed seed.
"""

import math
import random

from mpmath import erfc, exp, mp, mpf, pi, sqrt

random.seed(22)


def arguments():
    yield from (0.0, 5e-324, 1e-310, 1e-200, 2.0**-60, 2.0**-30, 0.5, 1.0, 1e3, 1e8, 1e30, 1e150)
    # The series ends at 2, where the continued fraction begins.
    for k in range(2, 53, 5):
        yield from (2 - 2.0**-k, 2 + 2.0**-k)
    yield from (2.0, math.nextafter(2, 0), math.nextafter(2, 3))
    for _ in range(40):
        yield from (random.uniform(0, 1), random.uniform(1, 2), random.uniform(2, 3), random.uniform(3, 10), random.uniform(10, 200))
        yield math.ldexp(1 + random.random(), random.randint(-100, 100))


def ratio(x):
    if x > 1000:
        # The asymptotic series, whose terms beyond these are below 2^-400.
        total = term = 1 / x
        for k in range(1, 60):
            term *= -(2 * k - 1) / x**2
            total += term
        return total
    return sqrt(pi / 2) * exp(x**2 / 2) * erfc(x / sqrt(mpf(2)))


for x in arguments():
    with mp.workprec(600):
        result, parts = ratio(mpf(x)), []
        for _ in range(3):
            parts.append(float(result))
            result -= mpf(parts[-1])
    print(*(y.hex() for y in (x, *parts)))
