# SPDX-License-Identifier: Apache-2.0
"""The CRPS of Student's t-distribution with location m, scale s and d degrees of freedom: with w = (t - m)/s,
s (w (2 F(w) - 1) + (2 f(w) (d + w^2) - 2 sqrt(d) B(1/2, d - 1/2)/B(1/2, d/2)^2)/(d - 1))."""

from functools import lru_cache

from mpmath import atan, exp, expm1, findroot, log, log1p, loggamma, mp, mpf, pi, sqrt, workdps

import samples

KIND = "arrays"
OPTIONS = {}
DIFFERENTIABLE = (0, 1)


@lru_cache(maxsize=8)
def constants(d, _digits):
    """sqrt(d) B(1/2, d/2), and 2 sqrt(d) B(1/2, d - 1/2)/B(1/2, d/2)^2."""
    half, third = (exp(loggamma(mpf(1) / 2) + loggamma(b) - loggamma(b + mpf(1) / 2)) for b in (d / 2, d - mpf(1) / 2))
    return sqrt(d) * half, 2 * sqrt(d) * third / half**2


def series(argument, first, second):
    """The sum of argument^n (first)_n/(second)_n from n = 0 on."""
    term = total = mpf(1)
    n = 0
    while True:
        ratio = argument * (first + n) / (second + n)
        term *= ratio
        total += term
        n += 1
        if ratio < 1 and term < total * mpf(2) ** -(mp.prec + 20):
            return total


def central(w, d, root):
    """2 F(w) - 1 for w >= 0: the incomplete beta function of w^2/(d + w^2) with 1/2 and d/2, or its complement."""
    share = w**2 / (d + w**2)
    power = exp(-d / 2 * log1p(w**2 / d))
    if power < mpf(2) ** -mp.prec:
        return mpf(1)
    density = power * sqrt(1 - share) / root
    if share <= mpf(1) / 2:
        return 2 * w * density * series(share, d / 2 + mpf(1) / 2, mpf(3) / 2)
    return 1 - 2 * density * w / d * series(1 - share, d / 2 + mpf(1) / 2, d / 2 + 1)


def loss(location, scale, df, targets, o):
    (m,), (s,), (t,) = location, scale, targets
    d = mpf(df[0])
    w = abs(t - m) / s
    if d == 1:
        # The limit, for the Cauchy distribution.
        return s * (w * 2 / pi * atan(w) + (2 * log(mpf(2)) - log1p(w**2)) / pi)
    root, spread = constants(d, mp.prec)
    density = exp(-(d + 1) / 2 * log1p(w**2 / d)) / root
    return s * (w * central(w, d, root) + (2 * density * (d + w**2) - spread) / (d - 1))


def terms(location, scale, df, targets, o):
    """The larger term of the gradient in the scale, which is 0 somewhere, without what cancels at one degree of freedom."""
    (m,), (s,), (t,), d = location, scale, targets, mpf(df[0])
    w = abs(t - m) / s
    change = log1p(w**2 / d) / 2
    if d != 1:
        change = abs(expm1(-(d - 1) * change) / (d - 1))
    root, spread = constants(d, mp.prec)
    term = max(change, spread * root / (2 * d) / max(d - 1, mpf(1))) * 2 * d / root
    return [max(w, term) * s, 0, term, 0, 0]


def groups(random):
    points = [(random.uniform(-3, 3), random.uniform(0.05, 4), d, random.uniform(-3, 3))
              for d in (0.75, 1.0, 3.0, 12.0, 150.0) for _ in range(6)]
    points += [(random.uniform(0, 6), 1.0, random.uniform(0.51, 8), 0.0) for _ in range(12)]
    # The ends of the degrees of freedom, around 1, and where the formula changes.
    degrees = (samples.above(0.5), 0.51, 0.875, samples.below(1.0), 1.0, samples.above(1.0), 1.0 + 1e-9, 1.125, 2.0, 40.0, 230.0, 1e6, 1e30)
    points += [(w, 1.0, d, 0.0) for d in degrees for w in (0.0, 1e-8, 0.4, 1.1, 3.0, 13.5, 1e5)]
    # Ratios whose square is df, and ratios at which the gradient in the scale is 0.
    points += [(w * s, s, d, 0.0) for d in (0.8, 1.0, 5.0, 100.0) for w in samples.around(float(sqrt(mpf(d))))[:3] for s in (1.0, 1e-90)]
    points += [(w, 1.0, 1.0, 0.0) for w in samples.near(float(sqrt(mpf(3))), 13)]
    for d in (0.7, 4.0, 60.0):
        with workdps(60):
            ratio = float(findroot(lambda w: slope_in_scale(w, mpf(d)), (0.5, 3), solver="anderson"))
        points += [(ratio, 1.0, d, 0.0) for ratio in samples.near(ratio, 17)]
    points += [(x, s, d, 0.0) for x in (1e-50, 1.0, 1e50) for s in (1e-50, 1e50) for d in (0.6, 1.0, 30.0)]
    yield {}, [([m], [s], [d], [t]) for m, s, d, t in points]


def slope_in_scale(w, d):
    """The gradient in the scale."""
    root, spread = constants(d, mp.prec)
    return (2 * exp(-(d + 1) / 2 * log1p(w**2 / d)) / root * (d + w**2) - spread) / (d - 1)
