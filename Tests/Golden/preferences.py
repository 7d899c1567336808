# SPDX-License-Identifier: Apache-2.0
"""Log-ratios of pairs of responses, and the logistic functions of losses of preferences."""

from functools import lru_cache

from mpmath import exp, log1p, mp, mpf

import samples

SIZES = [0.0, 1e-300, -1e-8, 0.5, -1.0, 17.0, -17.0, 36.75, -37.0, 89.0, 709.75, -710.0, 745.25, -745.25, 1e4, -1e8]

#: Margins at which a probability is subnormal, and so great that they lose the digits of any other term.
FAR = [708.5, -708.5, 715.0, -722.0, 733.0, 744.0, -744.0, 752.0, -758.0, 765.0, 1e20, -1e20, 3e25, -3e25, 1e80, -1e200]


def power(x):
    """e^x, or 0 for numbers below 1e-2000, which are slow to compute."""
    return exp(x) if x > -5000 else mpf(0)


@lru_cache(maxsize=64)
def logistic(x, precision):
    """The sigmoid and softplus of a number, at the precision in use."""
    small = power(-abs(x))
    return (1 if x > 0 else small) / (1 + small), log1p(small) + max(x, mpf(0))


def sigmoid(x):
    return logistic(x, mp.prec)[0]


def softplus(x):
    return logistic(x, mp.prec)[1]


def margins(random, beta, *zeros, count=16):
    """Differences of two log-ratios such that beta times them is of all sizes and near the given numbers."""
    sizes = [x / beta for zero in zeros for x in (samples.near(zero, 12) if zero else [0.0])]
    sizes += [x / beta for x in SIZES] + [samples.signed(random, -60, 9) / beta for _ in range(count // 2)]
    return sizes + [random.uniform(-6, 6) / beta for _ in range(count)]


def fair(point, beta):
    """Whether no probability is subnormal whose rounding error a beta above 1 would enlarge."""
    x, y = point[0] - point[2], point[1] - point[3]
    return beta <= 1 or not any(700 < beta * abs(size) < 750 for size in (x, y, x - y))


def pairs(random, beta, *zeros, count=16, reference=True):
    """Logarithms of the probabilities of the chosen and the rejected response, then those of the reference."""
    sizes = margins(random, beta, *zeros, count=count)
    plain = [(size, 0.0, 0.0, 0.0) for size in sizes[::2]] + [(0.0, 0.0, 0.0, size) for size in sizes[1::2]]
    # Four numbers that cancel.
    for size in sizes[::4]:
        c, r, e = (-random.uniform(1, 500) for _ in range(3))
        plain.append((c, r, e, size - c + r + e))
        plain.append((c, r, c - size, r))
    for k in (1, 40, 52, 60):
        step = 2.0**-k
        plain.append((-300.0 - step, -300.0 + step, -1.0 - 3 * step, -1.0))
        plain.append((-1e16, -3.0 * step, -1e16 + 2, -2.0 + step))
        plain.append((-2.0**k, -random.random(), -2.0**k, -random.random()))
    plain += [tuple(-random.uniform(0, 80) for _ in range(4)) for _ in range(count)]
    plain += [tuple(samples.signed(random, -300, 30) for _ in range(4)) for _ in range(count // 4)]
    plain += [(1e300, 0.0, 1e300, 5.0), (-1e300, -1e300, 1e300, 1e300), (5e-324, 0.0, 0.0, 0.0), (0.0, 1e-310, 0.0, 0.0)]
    plain = [point for point in plain if fair(point, beta)]
    return plain if reference else [(c - e if c != e else c, r - f if r != f else r) for c, r, e, f in plain if abs(c - e) < 1e300]


def far(beta, reference=True):
    """Pairs whose margin is far from 0."""
    zeros = (0.0, 0.0) if reference else ()
    return [(size / beta, 0.0, *zeros) for size in FAR[::2]] + [(-1.5, -1.5 - size / beta, *zeros) for size in FAR[1::2]]


def subnormal(beta, *margins):
    """The terms of gradient and Hessian where a probability is subnormal: 4 units are 4 beta 2^-1074, or 4 beta^2 2^-1074."""
    if not any(700 < abs(x) < 770 for x in margins):
        return 0, 0
    return beta * mpf(2) ** -974, beta**2 * mpf(2) ** -974


def both(random, beta, *zeros, count=16):
    """Pairs whose two log-ratios, times beta, are near the given numbers or of all sizes."""
    first, second = margins(random, beta, *zeros, count=count), margins(random, beta, *zeros, count=count)
    random.shuffle(second)
    points = [(a, b, 0.0, 0.0) for a, b in zip(first, second)]
    return [point for point in points if fair(point, beta)] + pairs(random, beta, *zeros, count=count // 2)
