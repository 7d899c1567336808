# SPDX-License-Identifier: Apache-2.0
"""Elementary functions of unevaluated sums of two doubles over their whole domains, computed with mpmath.

usage: python3 Tests/Golden/two_doubles.py [samples] > Tests/Golden/two_doubles.txt      (needs mpmath)

Each line contains a function, the head and the tail of its argument, and three doubles whose sum is the result to 158 bits,
each the nearest one to what the previous ones leave (hexadecimal). Random arguments come from a generator with a fixed seed.
"""

import math
import random
import struct
import sys

from mpmath import atan, exp, expm1, log, log1p, mp, mpf, sqrt, tan

# A head of 1 and a tail of 2^-1074 need 1075 bits, and as many remain for the logarithm of their sum.
mp.prec = 2400

samples = int(sys.argv[1]) if len(sys.argv) > 1 else 20
random.seed(21)
LARGEST = 1.7976931348623157e308


def any_positive():
    """A positive double of random bits."""
    while True:
        x = struct.unpack("<d", struct.pack("<Q", random.getrandbits(63)))[0]
        if math.isfinite(x):
            return x


def signed(x):
    return random.choice((-1, 1)) * x


def small(least=-140, greatest=-1):
    """A number of either sign whose logarithm is distributed evenly."""
    return signed(random.uniform(1, 2) * 2.0 ** random.randint(least, greatest))


def pair(x):
    """The two doubles nearest to a number."""
    head = float(x)
    return head, float(mpf(x) - mpf(head)) if math.isfinite(head) else 0.0


def tailed(head):
    """A head without a tail, and with tails up to half an ulp."""
    yield head, 0.0
    for tail in (random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5) * 2.0 ** -random.randint(1, 900)):
        yield head, tail * math.ulp(head)
    # At a power of two, the distance to the double below is only half as large.
    yield head, 0.25 * math.ulp(head)
    yield head, -0.25 * math.ulp(head)


def near(x, offsets=(0, 1e-25, -1e-25, 1e-17, -1e-17, 1e-9, -1e-9)):
    """A number that need not be a double, its neighbours, and both without tails."""
    for offset in offsets:
        head, tail = pair(mpf(x) * (1 + mpf(offset)))
        yield head, tail
        yield head, 0.0
        yield math.nextafter(head, -math.inf), 0.0
        yield math.nextafter(head, math.inf), 0.0


def tiny():
    for x in (5e-324, 1e-320, 2.0**-1022, 3e-308, 1e-300, 1e-200, 2.0**-107, 2.0**-54, 2.0**-53, 2.0**-52):
        yield from ((signed(x), 0.0), (x, signed(x) * 2.0**-60))


def exponents():
    yield from tiny()
    for n in (-1075, -1074, -1023, -1022, -969, -107, -106, -54, -53, -2, -1, 1, 2, 3, 53, 54, 106, 107, 1022, 1023):
        yield from near(n * log(2))
        yield from near((n + mpf("0.5")) * log(2))
    yield from near(1024 * log(2), (-1e-25, 1e-25, -1e-17, 1e-17, -1e-9, 1e-9))
    for _ in range(samples):
        yield from tailed(random.uniform(-746, 710))
        yield from tailed(random.uniform(-40, 40))
        yield from tailed(random.uniform(-2, 2))
        yield from tailed(random.uniform(-0.36, 0.36))
        yield from tailed(small())
        yield from tailed(signed(any_positive()))
        yield from near(random.randint(-1074, 1023) * log(2), (small(-100, -40),))


def positives():
    yield from ((head, tail) for head, tail in tiny() if head > 0)
    yield from near(1)
    yield from ((1.0, signed(x)) for x in (5e-324, 1e-310, 1e-300, 1e-100, 1e-40, 1e-20, 2.0**-54))
    yield LARGEST, 0.0
    yield LARGEST, 2.0**969
    for k in (-1022, -900, -2, -1, 0, 1, 2, 900, 1023):
        yield from near(sqrt(mpf(2)) * mpf(2) ** k / 2)
        yield from near(mpf(2) ** k)
    for _ in range(samples):
        yield from tailed(any_positive() or 1.0)
        yield from tailed(random.uniform(0.5, 2))
        yield from tailed(random.uniform(0.7, 1.42))
        yield from tailed(1 + small(-52))
        yield 1.0, small(-1000, -55)
        yield pair(exp(mpf(random.uniform(-40, 40))))


def above_minus_one():
    yield from tiny()
    for x in (-0.5, 1, sqrt(mpf(2)) - 1, sqrt(mpf("0.5")) - 1, 2**52, 2**53, 2**54, 2**106, 2.0**900, 2.0**1023):
        yield from near(x)
    yield from ((-1.0, x) for x in (5e-324, 1e-310, 1e-300, 1e-100, 1e-40, 1e-20, 2.0**-54))
    yield from near(-1, (-1e-9, -1e-12, -1e-17, -1e-25))
    yield LARGEST, 0.0
    for _ in range(samples):
        yield from tailed(any_positive())
        yield from tailed(random.uniform(-1, 1))
        yield from tailed(random.uniform(-0.3, 0.42))
        yield from tailed(random.uniform(-1, 20))
        yield from tailed(small())
        yield from tailed(-1 + abs(small(-52)))
        yield -1.0, abs(small(-1000, -55))


def tangents():
    yield from tiny()
    yield from ((signed(x), 0.0) for x in (LARGEST, 1e300, 2.0**600, 2.0**106, 2.0**53))
    for k in range(13):
        for sign in (1, -1):
            yield from near(sign * tan(mpf(k) * 25 / 256) if k else mpf(sign) / 8)
    for _ in range(samples):
        yield from tailed(signed(any_positive()))
        yield from tailed(random.uniform(-1, 1))
        yield from tailed(random.uniform(-6, 6))
        yield from tailed(small())
        yield from tailed(1 / small(-60, -1))


def line(name, function, head, tail):
    x = mpf(head) + mpf(tail)
    # The tail must be what the head leaves, and the argument in the domain.
    if float(x) != head or (name == "log" and x <= 0) or (name == "log1p" and x <= -1):
        return
    result = function(x)
    if abs(result) >= mpf(2) ** 1024 - mpf(2) ** 970:
        parts = [math.copysign(math.inf, result), 0.0, 0.0]
    else:
        parts = []
        for _ in range(3):
            parts.append(float(result))
            result -= mpf(parts[-1])
    print(name, *(x.hex() if math.isfinite(x) else x for x in (head, tail, *parts)))


def bounded(pairs):
    """The pairs whose exponentials need not be computed with a huge exponent."""
    return (pair for pair in pairs if abs(pair[0]) < 1e4)


for x in bounded(exponents()):
    line("exp", exp, *x)
    line("expm1", expm1, *x)
for x in positives():
    line("log", log, *x)
for x in above_minus_one():
    line("log1p", log1p, *x)
for x in tangents():
    line("atan", atan, *x)
