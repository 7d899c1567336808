# SPDX-License-Identifier: Apache-2.0
"""The probit loss: -log Phi(a), a = y prediction, y in {-1, 1}, Phi the normal distribution function."""

from mpmath import erfc, fsum, log, mpf, pi, sqrt

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    a = margin(prediction, target, o)
    if a > -(mpf(10) ** 50):
        return -log(erfc(-a / sqrt(2)) / 2)
    # The asymptotic series, of which each term is 1e-99 of the previous one.
    term, terms = mpf(1), []
    for k in range(1, 60, 2):
        terms.append(term)
        term *= -k / a**2
    return a**2 / 2 + log(2 * pi) / 2 + log(-a) - log(fsum(terms))


def groups(random):
    ends = [8.3, 20.0, 36.5, 37.6, 38.4, 38.56, 39.9, 40.0, 1e8, 1e100, 1e153, 2.0**500]
    for options, points in samples.margins(random, *ends):
        points = [(p, y) for p, y in points if abs(p) < 1e3 or (p < 0) == (y > 0)]
        inner = [sign * random.uniform(0, size) for size in (1, 5, 10, 40) for sign in (1, -1) for _ in range(10)]
        inner += [-samples.magnitude(random, -60, 490) for _ in range(30)]
        yield options, points + [(z, 1.0) for z in inner]
