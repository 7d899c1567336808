# SPDX-License-Identifier: Apache-2.0
"""Prints the coefficients in Sources/ArrayKernels, constant term first: minimax polynomials, rounded to doubles, and those of
the functions of two doubles, as a head and a tail.

usage: python3 coefficients.py        (needs mpmath)

The Remez exchange algorithm finds each polynomial: its error has the same magnitude at one more point than there are
coefficients. The largest error with rounded coefficients, relative to the function computed, is printed as a power of
two.
"""

from functools import cache

from mpmath import (
    atan, atanh, bernoulli, cos, erf, erfc, euler, exp, expm1, factorial, findroot, floor, log, log1p, loggamma, lu_solve,
    matrix, mp, mpf, nstr, pi, psi, sin, sqrt, tan, zeta,
)

mp.dps = 60


def value(coefficients, x):
    result = mpf(0)
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


def minimax(function, weight, low, high, count):
    """Returns the polynomial of `count` coefficients with the smallest weighted error on [low, high]."""
    nodes = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / count) for i in range(count + 1)]
    grid = [low + (high - low) * mpf(i) / 4000 for i in range(4001)]
    known = [(x, function(x), weight(x)) for x in grid]
    for _ in range(12):
        rows = [[x**k for k in range(count)] + [(-1) ** i / weight(x)] for i, x in enumerate(nodes)]
        solution = lu_solve(matrix(rows), matrix([function(x) for x in nodes]))
        coefficients = [solution[k] for k in range(count)]
        errors = [((value(coefficients, x) - y) * w, x) for x, y, w in known]
        runs = [[errors[0]]]
        for error in errors[1:]:
            if (error[0] > 0) == (runs[-1][-1][0] > 0):
                runs[-1].append(error)
            else:
                runs.append([error])
        extrema = [max(run, key=lambda error: abs(error[0])) for run in runs]
        if len(extrema) != count + 1:
            break
        nodes = [x for _, x in extrema]
    return coefficients


def show(name, function, weight, low, high, count):
    low, high = mpf(low), mpf(high)
    coefficients = [mpf(float(c)) for c in minimax(function, weight, low, high, count)]
    grid = [low + (high - low) * mpf(i) / 1000 for i in range(1001)]
    error = max(abs((value(coefficients, x) - function(x)) * weight(x)) for x in grid)
    print(f"{name}: error 2^{nstr(log(error, 2), 4)}")
    for coefficient in coefficients:
        print(f"    {float(coefficient).hex()},")


def series(function, limit):
    """Returns the function, with its limit at 0, where it is 0 / 0."""
    return lambda x: mpf(limit) if x == 0 else function(x)


half = log(2) / 2 * mpf("1.0001")
# e^r = 1 + r + r² P(r), where the first coefficient of P is 1/2 exactly; error relative to e^r > 1/sqrt(2).
show("exponential", series(lambda r: (expm1(r) - r) / r**2, 0.5), lambda r: r * r * sqrt(2), -half, half, 11)

# log(1 + f) = 2 artanh s = 2s + s³ P(s²) with s = f / (2 + f) and 1 + f in [sqrt(1/2), sqrt(2)]; error relative to log(1 + f).
s = (sqrt(2) - 1) / (sqrt(2) + 1) * mpf("1.00001")
show("logarithm", series(lambda z: 2 * (atanh(sqrt(z)) / sqrt(z) - 1) / z, mpf(2) / 3), lambda z: z / 2, mpf("1e-9"), s * s, 7)

# The same for 1 + r in [2/3, 3/2], where s is at most 1/5; error relative to r - log(1 + r) > s².
show("divergence", series(lambda z: 2 * (atanh(sqrt(z)) / sqrt(z) - 1) / z, mpf(2) / 3),
     sqrt, mpf("1e-9"), mpf("0.04") * mpf("1.00001"), 8)

# 1 / (1 + f), the factor from a rounding error of 1 + f to the error of the logarithm.
show("inverse", lambda f: 1 / (1 + f), lambda f: 1 + f, sqrt(mpf(1) / 2) - 1, sqrt(2) - 1, 4)

# The series in z = 1/x² for x from 8 or 8.5 on, of Stirling's formula and of the digamma and trigamma functions.
LEAST, MOST = mpf("1e-12"), mpf(1) / 64


def series_at_infinity(name, function, weight, count):
    show(name, lambda z: function(1 / sqrt(z)), weight, LEAST, MOST, count)


series_at_infinity("log-gamma", lambda x: x * (loggamma(x) - (x - mpf(1) / 2) * log(x) + x - log(2 * pi) / 2),
                   lambda z: sqrt(z) / 10, 6)
series_at_infinity("digamma", lambda x: x**2 * (log(x) + 1 / (2 * x) - psi(0, x + 1)), lambda z: z / 2, 6)
series_at_infinity("trigamma", lambda x: x**3 * (psi(1, x + 1) - 1 / x + 1 / (2 * x**2)), lambda z: z, 7)

# R(w) = (log gamma(2 + w) - (1 - euler) w) / w² up to |w| = 1/2; the interval is such that 0 is no node.
show("log-factorial", lambda w: (loggamma(2 + w) - (1 - euler) * w) / w**2 if w else psi(1, 2) / 2,
     lambda w: mpf(2), -mpf("0.5001"), mpf("0.5003"), 18)

# The zero of the digamma function at 1 + t, and h(y) of its values at 9 + t = 1 + 1/y, divided by y and y0.
root = findroot(lambda t: psi(0, 1 + t), 0.4616)
start = 1 / (root + 8)


def fall(y):
    y = y * (1 + mpf("1e-12")) if abs(y - start) < 1e-13 else y
    return (psi(0, 1 + 1 / y) + log(y) - psi(0, 1 + 1 / start) - log(start)) / (y - start)


show("digamma, difference", fall, lambda y: y * start, mpf(1) / 16, mpf(1) / 8, 8)

# x G(x), -x² G'(x) and x³ G''(x) with G(x) = log gamma(x) - log gamma(x + 1/2) + log(x)/2, relative.
series_at_infinity("half step", lambda x: x * (loggamma(x) - loggamma(x + mpf(1) / 2) + log(x) / 2), lambda z: mpf(8), 7)
series_at_infinity("half step, slope", lambda x: -x**2 * (psi(0, x) - psi(0, x + mpf(1) / 2) + 1 / (2 * x)), lambda z: mpf(8), 8)
series_at_infinity("half step, bend", lambda x: x**3 * (psi(1, x) - psi(1, x + mpf(1) / 2) - 1 / (2 * x**2)), lambda z: mpf(4), 9)

# (x / (1 - e^-x) - 1 - x/2) / x² = the sum of B_2k x^(2k - 2) / (2k)!, from x², and the series of its derivative times x
# and of log((e^x - 1) / x) likewise.
for name, factor, count in ("hurdle", lambda k: 1, 9), ("hurdle, bend", lambda k: 2 * k, 9), ("hurdle, growth", lambda k: mpf(1) / (2 * k), 8):
    terms = [factor(k) * bernoulli(2 * k) / factorial(2 * k) for k in range(1, 60)]
    show(name, lambda y: value(terms, y), lambda y: mpf(4), 0, mpf("1.375") ** 2 * mpf("1.0001"), count)


def show_pair(name, number):
    head = float(number)
    print(f"{name}: {head.hex()}, {float(number - mpf(head)).hex()}")


# e^r - 1 by Taylor's series; the last terms need no tails.
for k in range(1, 24):
    show_pair(f"1/{k}!", 1 / factorial(k))

# The first 42 bits of log 2, the others, and all.
first = floor(log(2) * 2**42) / 2**42
show_pair("log 2, first bits", first)
show_pair("log 2, other bits", log(2) - first)
show_pair("log 2", log(2))

# The zero of the digamma function as the sum of three doubles, 1 - euler and half the logarithm of 2 pi.
show_pair("root", root)
print(f"    {float(root - mpf(float(root)) - mpf(float(root - mpf(float(root))))).hex()}")
show_pair("1 - euler", 1 - euler)
show_pair("1/(8 + root)", start)
show_pair("log(2 pi)/2", log(2 * pi) / 2)

# sin x = x + x z P(z) and cos x = 1 - z/2 + z² Q(z) with z = x² and |x| up to π/4; errors relative to sin x and 1 - cos x.
angle = pi / 4 * mpf("1.0002")
show("sine", series(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 6), lambda z: z * sqrt(z) / sin(sqrt(z)), mpf("1e-9"), angle**2, 6)
show("cosine", series(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, mpf(1) / 24), lambda z: z**2 / (1 - cos(sqrt(z))), mpf("1e-9"),
     angle**2, 6)

# atan w = w + w z P(z) with z = w² and |w| up to 1/1.68; error relative to atan w.
show("arc tangent", series(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 3), lambda z: z * sqrt(z) / atan(sqrt(z)), mpf("1e-9"),
     1 / mpf(1.68) ** 2 * mpf("1.00001"), 15)

# Its Taylor series at twice the precision, and the angles of its reduction.
for k in range(3, 47, 2):
    show_pair(f"1/{k}", mpf(1) / k)
for k in (25, 50, 75):
    show_pair(f"tan {k / 64}", tan(mpf(k) / 64))
for name, number in ("pi / 2", pi / 2), ("pi - 1", pi - 1), ("pi + 1", pi + 1), ("2 pi", 2 * pi), ("tan 1/2", tan(mpf(1) / 2)):
    show_pair(name, number)


def hazard_surplus(x):
    """The hazard of the normal distribution less x; by its continued fraction where x is large."""
    if x > 40:
        fraction = x
        for k in range(400, 1, -1):
            fraction = x + k / fraction
        return 1 / fraction
    return sqrt(2 / pi) / (erfc(x / sqrt(2)) * exp(x * x / 2)) - x


@cache
def hazard(v):
    """P of h(x) - x = s P / 4 with s = 4 / (x + 4) = v + 1/2."""
    s = v + mpf(1) / 2
    return hazard_surplus(4 / s - 4) * 4 / s if s > mpf("1e-12") else mpf(1)


# The first two coefficients also have tails, with which the error is 2^-54.9.
show("hazard", hazard, lambda v: 1 / hazard(v), -0.5, 0.5, 28)
exact = minimax(hazard, lambda v: 1 / hazard(v), -mpf(1) / 2, mpf(1) / 2, 28)
for k in range(2):
    show_pair(f"hazard, coefficient {k}", exact[k])


def slope(v):
    """The derivative of the polynomial."""
    return value([k * mpf(float(c)) for k, c in enumerate(exact)][1:], v)


show("slope of the hazard", slope, lambda v: 1 / slope(v), -0.5, 0.5, 4)
show_pair("root of 2 pi", sqrt(2 * pi))
show_pair("600 log 2", 600 * log(2))
show_pair("1100 log 2", 1100 * log(2))

# erf(x / sqrt 2) = x (sqrt(2 / pi) + z P(z)) with z = x² and x up to 1; error relative to the result.
root = sqrt(2 / pi)
show("error function", series(lambda z: (erf(sqrt(z / 2)) / sqrt(z) - root) / z, -root / 6), lambda z: z * sqrt(z) / erf(sqrt(z / 2)),
     mpf("1e-9"), mpf("1.0001"), 10)
for name, number in ("root of 2 / pi", root), ("1 / root of pi", 1 / sqrt(pi)), ("log 2 / 2", log(2) / 2):
    show_pair(name, number)

# The coefficients of eta / (lambda - 1), where eta^2 / 2 = lambda - 1 - log lambda, from those of lambda - 1.
mp.dps = 120
powers = [mpf(0), mpf(1)]
for k in range(2, 75):
    powers.append((powers[k - 1] - sum(j * powers[j] * powers[k + 1 - j] for j in range(2, k))) / (k + 1))
quotients = [mpf(1)]
for k in range(1, 72):
    quotients.append(-sum(powers[j + 1] * quotients[k - j] for j in range(1, k + 1)))
for k, coefficient in enumerate(quotients):
    show_pair(f"Temme's expansion, {k}", coefficient)

# log(B(1/2, d + 1/2) / B(1/2, (d + 1)/2)) as a series in d.
show_pair("ratio of beta functions, 1", -log(mpf(2)))
for k in range(2, 57):
    show_pair(f"ratio of beta functions, {k}", (-1) ** k * zeta(k) / k * (mpf(2) ** k - 2) * (1 - mpf(2) ** -k))
