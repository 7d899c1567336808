# SPDX-License-Identifier: Apache-2.0
"""log Γ(1 + t), its derivatives and their differences over their whole domains, computed with mpmath.

usage: python3 Tests/Golden/gamma.py [samples] > Tests/Golden/gamma.txt      (needs mpmath)

Each line contains a function, t, the increment w of a difference or 0, and three doubles whose sum is the result to 158
bits, each the nearest one to what the previous ones leave (hexadecimal). Random arguments come from a generator with a
fixed seed.
"""

import math
import random
import sys

from mpmath import loggamma, mp, mpf, psi

samples = int(sys.argv[1]) if len(sys.argv) > 1 else 40
random.seed(22)

with mp.workdps(60):
    ROOT = float(mp.findroot(lambda t: psi(0, 1 + t), 0.4616))


def magnitude(low, high):
    return random.uniform(1, 2) * 2.0 ** random.randint(low, high)


def near(x, places=3):
    """x and its neighbours, and others at all distances from it."""
    below = above = x
    yield x
    for _ in range(places):
        below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
        yield below
        yield above
    for k in range(2, 53, 4):
        yield x * (1 - 2.0**-k)
        yield x * (1 + 2.0**-k)


def numbers():
    yield from (0.0, 5e-324, 1e-310, 1e-300, 1e-200, 2.0**-60, 2.0**-53, 2.0**-30, 1e300)
    for x in (ROOT, 0.5, 1.0, 1.5, 2.0, 2.5, 7.5, 8.0, 8.5, 9.0, 20.0, 2.0**52, 2.0**53, 2.0**54):
        yield from near(x)
    for n in range(1, 12):
        yield from (n - 0.5, float(n), math.nextafter(n, 99), math.nextafter(n, 0))
    for _ in range(samples):
        yield random.uniform(0, 1)
        yield random.uniform(0, 3)
        yield random.uniform(0, 10)
        yield random.uniform(0, 100)
        yield magnitude(-60, 60)
        yield magnitude(-900, 900)


def pairs():
    """Numbers with increments that are at most as large, or below 20."""
    for t in (0.0, 1e-200, 1e-10, 0.5, 1.0, ROOT, 19.999999999999996, 20.0, 1e10, 1e30, 1e200):
        for w in (1e-200, 1e-30, 1e-8, 0.5, 1.0, 3.7, 19.0, 20.0, 1e9, 1e30, 1e199):
            yield t, w
    for _ in range(samples):
        yield random.uniform(0, 20), random.uniform(0, 20)
        yield random.uniform(0, 2), random.uniform(0, 2)
        yield magnitude(-200, 200), random.uniform(0, 20)
        yield magnitude(-200, 200), magnitude(-200, 200)


def line(name, function, t, w=0.0):
    exponents = [abs(math.frexp(x)[1]) for x in (t, w) if x]
    with mp.workprec(400 + 2 * sum(exponents)):
        result = function(mpf(t), mpf(w))
        parts = []
        for _ in range(3):
            parts.append(float(result))
            result -= mpf(parts[-1])
    print(name, *(x.hex() for x in (t, w, *parts)))


for t in numbers():
    line("logFactorial", lambda t, _: loggamma(1 + t), t)
    line("digamma", lambda t, _: psi(0, 1 + t), t)
    line("trigamma", lambda t, _: psi(1, 1 + t), t)
for t, w in pairs():
    if w <= t or w < 20:
        line("logRise", lambda t, w: loggamma(1 + t + w) - loggamma(1 + t), t, w)
    line("digammaRise", lambda t, w: psi(0, 1 + t + w) - psi(0, 1 + t), t, w)
