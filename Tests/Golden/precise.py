# SPDX-License-Identifier: Apache-2.0
"""Logistic functions, cube roots and log-sum-exp to 158 bits, computed with mpmath.

usage: python3 Tests/Golden/precise.py > Tests/Golden/precise.txt      (needs mpmath)

Each line contains a function, its two arguments, of which all but the log-sum-exp use the first, and three doubles whose
sum is the result to 158 bits, each the nearest one to what the previous ones leave (hexadecimal). Random arguments come
from a generator with a fixed seed.
"""

import math
import random

from mpmath import cbrt, exp, log1p, mp, mpf, tanh

random.seed(24)


def logits():
    """Numbers of which e^-|x| is above 2^-866."""
    yield from (0.0, 1e-100, -1e-100, 2.0**-54, 1.0, -1.0, 37.0, -37.0, 600.0, -600.0)
    for _ in range(30):
        yield random.uniform(-600, 600)
        yield random.uniform(-50, 50)
        yield random.uniform(-2, 2)
        yield random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(-100, -1)


def numbers():
    """Numbers that are not negative, with the ends of the range of cubes."""
    yield from (0.0, 2.0**-1022, 1.7976931348623157e308, 1.0, 8.0, 27.0, math.nextafter(8, 9), 1e-300, 1e300)
    for edge in (2.0**600, 2.0**-600):
        yield from (math.nextafter(edge, 0), edge, math.nextafter(edge, math.inf))
    for _ in range(40):
        yield random.uniform(1, 2) * 2.0 ** random.randint(-1022, 1022)
        yield random.uniform(0, 10)


def pairs():
    """Pairs of logits beside a logit 0, near and far from each other."""
    yield from ((0.0, 0.0), (-600.0, -600.0), (600.0, 600.0), (1e300, -1e300), (0.0, -600.0), (1e-20, -1e-20))
    for _ in range(40):
        x = random.uniform(-500, 500)
        yield x, x + random.uniform(-2, 2)
        yield random.uniform(-50, 50), random.uniform(-50, 50)
        yield random.uniform(-2, 2), random.uniform(-2, 2)


def line(name, x, y, result):
    parts = []
    for _ in range(3):
        parts.append(float(result))
        result -= mpf(parts[-1])
    print(name, *(number.hex() for number in (x, y, *parts)))


mp.prec = 2200
for number in logits():
    z = mpf(number)
    line("sigmoid", number, 0.0, 1 / (1 + exp(-z)))
    line("sigmoidEntropy", number, 0.0, log1p(exp(-abs(z))) + abs(z) / (1 + exp(abs(z))))
    line("softplusOfNegative", number, 0.0, log1p(exp(-z)))
    line("tangentOfHalf", number, 0.0, tanh(z / 2))
for number in numbers():
    line("cubeRoot", number, 0.0, cbrt(mpf(number)))
for x, y in pairs():
    greatest = mpf(max(x, y, 0.0))
    rest = sum(exp(mpf(number) - greatest) for number in (x, y, 0.0))
    line("logSumExp", x, y, greatest + mp.log(rest))
