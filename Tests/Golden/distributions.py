# SPDX-License-Identifier: Apache-2.0
"""Distribution functions of gamma and t-distributions and scaled Bessel functions, computed with mpmath.

usage: python3 Tests/Golden/distributions.py > Tests/Golden/distributions.txt      (needs mpmath)

Each line contains a function, its two arguments, of which a Bessel function uses the first, and three doubles whose sum is
the result to 158 bits, each the nearest one to what the previous ones leave (hexadecimal). Random arguments come from a
generator with a fixed seed.
"""

import math
import random
import sys
from pathlib import Path

from mpmath import besseli, exp, log1p, mp, mpf, pi

sys.path.insert(0, str(Path(__file__).resolve().parent / "losses"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import crps_student_t  # noqa: E402
import gammas  # noqa: E402

random.seed(22)


def shapes():
    """Shapes with numbers at distances of up to 12 standard deviations, and others."""
    for a in (1e-30, 1e-9, 0.01, 0.5, 1.0, 2.0, 7.5, math.nextafter(20, 0), 20.0, 45.0, math.nextafter(100, 0), 100.0, 300.0, 1e4):
        for z in (-10, -6, -3, -1, -0.1, -1e-9, 0, 1e-9, 0.1, 1, 3, 6, 12):
            x = a + z * math.sqrt(a) + max(z, 0) ** 2 / 3
            if x > 0:
                yield a, x
        if a < 1000:
            yield from ((a, x) for x in (1e-100, 1e-10, 0.1, 1.0, 10.0, 199.0, 201.0, 330.0))
    for _ in range(60):
        a = random.choice([random.uniform(0.01, 3), random.uniform(1, 30), random.uniform(15, 120), random.uniform(90, 3000)])
        yield a, random.uniform(0.3, 1.8) * a
    for z in (-4.0, -0.5, 2.0):
        yield 1e10, 1e10 + z * 1e5


def freedoms():
    """Degrees of freedom with numbers."""
    for d in (math.nextafter(0.5, 1), 0.6, 0.9, math.nextafter(1, 0), 1.0, math.nextafter(1, 2), 1.1, 1.125, 2.0, 5.0, 40.0, 150.0, 1e3, 1e6, 1e30):
        for w in (0.0, 1e-100, 1e-8, 0.3, 1.0, 1.7, 4.0, 8.0, 12.6, 14.0, 1e3, 1e50):
            yield d, w
        for side in (0, 9):
            yield d, math.nextafter(math.sqrt(d), side * d)
    for _ in range(40):
        yield random.uniform(0.51, 12), random.uniform(0, 6)


def numbers():
    yield from (1e-100, 1e-20, 1e-8, 0.01, math.nextafter(0.125, 0), 0.125, 0.5, 2.0, 8.0, math.nextafter(24, 0), 24.0, 100.0, 1e4)
    for _ in range(30):
        yield random.uniform(0, 30)


def spread(w, d):
    if d == 1:
        return (2 * mp.log(2) - log1p(w**2)) / pi
    return crps_student_t.slope_in_scale(w, d)


def line(name, x, y, result):
    parts = []
    for _ in range(3):
        parts.append(float(result))
        result -= mpf(parts[-1])
    print(name, *(number.hex() for number in (x, y, *parts)))


mp.prec = 700
for a, x in shapes():
    line("incompleteGamma", a, x, gammas.lower(mpf(a), mpf(x)))
    line("gammaWeight", a, x, gammas.weight(mpf(a), mpf(x)))
for d, w in freedoms():
    root, _ = crps_student_t.constants(mpf(d), mp.prec)
    line("studentCentral", d, w, crps_student_t.central(mpf(w), mpf(d), root))
    line("studentSpread", d, w, spread(mpf(w), mpf(d)))
for x in numbers():
    scaled = [exp(-2 * mpf(x)) * besseli(order, 2 * mpf(x)) for order in (0, 1)]
    line("besselZero", x, 0.0, scaled[0])
    line("besselSum", x, 0.0, scaled[0] + scaled[1])
