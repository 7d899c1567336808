# SPDX-License-Identifier: Apache-2.0
"""Distribution functions of gamma and Poisson distributions with any number of digits, as sums of positive terms."""

from functools import lru_cache

from mpmath import exp, log, loggamma, mp, mpf, pi, sqrt


@lru_cache(maxsize=8)
def log_factorial(a, _digits):
    """log Gamma(a + 1) with the present number of digits."""
    return loggamma(a + 1)


@lru_cache(maxsize=8)
def half_beta(a, _digits):
    """1/B(1/2, a) with the present number of digits."""
    return exp(loggamma(a + mpf(1) / 2) - log_factorial(a, mp.prec)) * a / sqrt(pi)


def terms_over(x, a):
    """The sum of x^n/((a + 1) ... (a + n)) from n = 0 on, in fixed-point arithmetic."""
    bits = mp.prec + 64
    one = 1 << bits
    number, divisor = int(x * one), int(a * one)
    term = total = one
    while term:
        divisor += one
        term = term * number // divisor
        total += term
        if number < divisor and term < total >> (mp.prec + 32):
            break
    return mpf(total) / one


def weight(a, x):
    """x^a e^-x / Gamma(a + 1), the derivative of P(a + 1, x)."""
    return exp(a * log(x) - x - log_factorial(a, mp.prec))


def lower(a, x):
    """The regularized incomplete gamma function P(a, x)."""
    if x <= 0:
        return mpf(0)
    density = weight(a, x)
    # Further digits are beyond the precision, in sums of which the largest term is 1.
    if density < mpf(2) ** -mp.prec:
        return mpf(1 if x > a else 0)
    return density * terms_over(x, a)
