# SPDX-License-Identifier: Apache-2.0
"""Elementary functions over their whole domains, computed with mpmath.

usage: python3 Tests/Golden/functions.py [samples] > Tests/Golden/functions.txt      (needs mpmath)

Each line contains a function, its arguments, the double nearest to the result (hexadecimal), and the exact result minus
that double, in ulp of the double. Random arguments come from a generator with a fixed seed.
"""

import math
import random
import struct
import sys

from mpmath import atan, cosh, erfc, exp, expm1, log, log1p, mp, mpf, pi, sin, sinh, sqrt, tanh

mp.dps = 60

samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100
random.seed(20)


def any_double():
    while True:
        x = struct.unpack("<d", struct.pack("<Q", random.getrandbits(64)))[0]
        if math.isfinite(x):
            return x


def near(x, places=2):
    """x and its neighbours."""
    below = above = x
    result = [x]
    for _ in range(places):
        below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
        result += [below, above]
    return result


def small():
    """A number of either sign and any magnitude below 1."""
    return random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(-60, -1)


TANGENT_OF_HALF = 0.5463024898437905
TINY = [5e-324, 1e-320, 2.0**-1022, 2.0**-1074 * 3, 1e-300, 2.0**-54, 2.0**-53]
TINY += [-x for x in TINY]


def exponents():
    yield from TINY
    for edge in (709.782712893384, -745.1332191019412, -708.3964185322641, -37.42994775023705, 36.7368005696771):
        yield from near(edge)
    for n in (-1074, -1022, -54, -53, -2, -1, 1, 2, 53, 54, 1023):
        yield from near((n + 0.5) * math.log(2))
        yield from near(n * math.log(2))
    for _ in range(samples):
        yield random.uniform(-746, 710)
        yield random.uniform(-40, 40)
        yield random.uniform(-2, 2)
        yield random.uniform(-0.36, 0.36)
        yield small()


def positives():
    yield from (x for x in TINY if x > 0)
    yield from near(1.0, 8)
    yield 1.7976931348623157e308
    for k in (-1022, -1, 0, 1, 1023):
        yield from near(math.ldexp(math.sqrt(0.5), k))
        yield from near(math.ldexp(1.0, k))
    for _ in range(samples):
        yield abs(any_double()) or 1.0
        yield random.uniform(0, 1)
        yield random.uniform(0.5, 2)
        yield random.uniform(0.7, 1.42)
        yield 1 + small() / 2


def above_minus_one():
    yield from TINY
    yield from near(-0.5)
    yield from near(1.0)
    yield from near(math.sqrt(2) - 1)
    yield from near(math.sqrt(0.5) - 1)
    yield from (-1 + 2.0**-53, -1 + 2.0**-52, -0.999, 1.7976931348623157e308, 2.0**52, 2.0**53, 2.0**60, 2.0**61)
    for _ in range(samples):
        yield abs(any_double())
        yield random.uniform(-1, 1)
        yield random.uniform(-0.3, 0.42)
        yield random.uniform(-1, 20)
        yield small()
        yield -1 + abs(small())


def pairs():
    for _ in range(samples):
        yield random.uniform(-600, 600), random.uniform(0, 600)
        yield random.uniform(-5, 5), random.uniform(-5, 5)
        big = random.uniform(1, 2) * 1e8
        yield big + random.uniform(-30, 0), big
    yield from ((-1e308, 1e308), (0.0, 0.0), (1e8, 1e8), (-745.0, 0.1), (-1e4, 0.0))


def probabilities():
    """Pairs of numbers in (0, 1] such that the second one and the quotient are normal."""
    for y in (1.0, 0.5, 0.75, 2.0**-890, 0.9999999999999999):
        for ratio in (0.5, 2 / 3, 0.75, 1.0, 4 / 3, 1.5, 2.0):
            yield from ((y, q) for q in near(y * ratio) if q <= 1)
    for _ in range(samples):
        y = random.uniform(0, 1) * 2.0 ** -random.randint(0, 890)
        yield y, min(1.0, y * (1 + small()))
        yield y, min(1.0, y * random.uniform(0.4, 2.5))
        yield random.uniform(0, 1), random.uniform(0, 1)
        yield y, random.uniform(0, 1) * 2.0 ** -random.randint(0, 890)
        tiny = random.uniform(1, 2) * 2.0 ** -random.randint(880, 1020)
        yield tiny, tiny * random.uniform(0.5, 2)
        yield tiny, tiny * (1 + small())
        yield tiny, tiny * 2.0 ** random.randint(0, 860)
        yield tiny * 2.0 ** random.randint(0, 860), tiny


def eighths_of_a_turn():
    yield from TINY
    yield from near(math.pi / 4)
    for _ in range(samples):
        yield random.uniform(-math.pi / 4, math.pi / 4)
        yield random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(-300, -1)


def tangents():
    yield from TINY
    for edge in (TANGENT_OF_HALF, 1.68, -1.68, 1.0, -1.0):
        yield from near(edge, 8)
    yield from (1.7976931348623157e308, -1.7976931348623157e308, 1e154, -1e154)
    for _ in range(samples):
        yield any_double()
        yield random.uniform(-1, 1)
        yield random.uniform(-3, 3)
        yield TANGENT_OF_HALF * (1 + small())
        yield 1 / small()


def not_negative():
    yield 0.0
    yield from (x for x in TINY if x > 0)
    yield from near(2.0**499)
    for _ in range(samples):
        yield random.uniform(0, 1)
        yield random.uniform(0, 10)
        yield random.uniform(0, 100)
        yield random.uniform(1, 2) * 2.0 ** random.randint(-60, 498)


def logits():
    """Numbers of which e^-|x| is a normal number."""
    yield from TINY
    yield from near(0.0, 1)
    for edge in (36.7368005696771, -36.7368005696771, 1.0, -1.0, math.log(2), -math.log(2), 690.0, -690.0):
        yield from near(edge)
    for _ in range(samples):
        yield random.uniform(-700, 700)
        yield random.uniform(-40, 40)
        yield random.uniform(-2, 2)
        yield small()


def lengths():
    """Numbers that are not negative, of which cosh x is finite, and some of which the square is 0."""
    yield from (0.0, 1e-150, 5e-100, 2.0**-60)
    for edge in (0.75, 1.0, 300.0):
        yield from near(edge, 4)
    for _ in range(samples):
        yield random.uniform(0, 1)
        yield random.uniform(0, 20)
        yield random.uniform(0, 350)
        yield abs(small())


def steps():
    """Numbers of either sign, of which the square is a normal number."""
    yield from (1e-150, -1e-150, 2.0**-60, -(2.0**-60), 709.0, -1e10)
    for edge in (1.375, -1.375):
        yield from near(edge, 4)
    for _ in range(samples):
        yield random.uniform(-745, 709)
        yield random.uniform(-20, 20)
        yield random.uniform(-2, 2)
        yield small()


def entropy(x):
    return log1p(exp(-abs(x))) + abs(x) / (1 + exp(abs(x)))


def hazard_surplus(x):
    """phi(x)/Phi(-x) - x, by the continued fraction of Laplace where x is large."""
    if x > 30:
        fraction = x
        for k in range(400, 1, -1):
            fraction = x + k / fraction
        return 1 / fraction
    return sqrt(2 / pi) / (erfc(x / sqrt(2)) * exp(x * x / 2)) - x


def line(name, function, *arguments):
    result = function(*(mpf(x) for x in arguments))
    if abs(result) >= mpf(2) ** 1024 - mpf(2) ** 970:
        nearest, remainder = math.copysign(math.inf, result), 0.0
    else:
        nearest = float(result)
        remainder = float((result - mpf(nearest)) / mpf(math.ulp(nearest)))
    print(name, *(x.hex() for x in arguments), nearest.hex() if math.isfinite(nearest) else nearest, f"{remainder:.4f}")


for x in exponents():
    line("exp", exp, x)
    line("expm1", lambda x: expm1(x), x)
for x in positives():
    line("log", log, x)
for x in above_minus_one():
    line("log1p", log1p, x)
for x, y in pairs():
    line("exp-minus", lambda x, y: exp(x - y), x, y)
for y, q in probabilities():
    line("divergence", lambda y, q: y * log(y / q), y, q)
    line("divergence-surplus", lambda y, q: y * log(y / q) + q - y, y, q)
for x in eighths_of_a_turn():
    line("sine", sin, x)
    line("versine", lambda x: 2 * sin(x / 2) ** 2, x)
for x in tangents():
    line("doubled-arc-tangent", lambda x: 2 * atan(x) - 1, x)
for x in not_negative():
    line("hazard-surplus", hazard_surplus, x)
for x in logits():
    line("sigmoid", lambda x: 1 / (1 + exp(-x)), x)
    line("sigmoid-product", lambda x: 1 / (2 + exp(x) + exp(-x)), x)
    line("sigmoid-entropy", entropy, x)
    line("softplus", lambda x: log1p(exp(x)), x)
    line("tangent-of-half", lambda x: tanh(x / 2), x)
for x in lengths():
    line("log-cosh", lambda x: log1p(2 * sinh(x / 2) ** 2), x)
    line("hyperbolic-tangent", tanh, x)
    line("squared-secant", lambda x: 1 / cosh(x) ** 2, x)
mp.dps = 700
for x in steps():
    line("exp-surplus", lambda x: exp(x) - 1 - x, x)
