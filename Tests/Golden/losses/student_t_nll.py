# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of Student's t-distribution, in location, scale, degrees of freedom and target:
log s + log(d pi)/2 + log Γ(d/2) - log Γ((d + 1)/2) + (d + 1)/2 log(1 + ((m - t)/s)^2/d)."""

from mpmath import findroot, log, loggamma, mpf, pi, psi, sqrt, workdps

import samples

KIND = "inputs"
OPTIONS = {}


def loss(location, scale, df, target, o):
    ratio = (location - target) / scale
    constant = log(df * pi) / 2 + loggamma(df / 2) - loggamma((df + 1) / 2)
    return log(scale) + constant + (df + 1) / 2 * log(1 + ratio**2 / df)


def terms(location, scale, df, target, o):
    """The largest terms of the loss, and of gradient and Hessian in location, scale, degrees of freedom and target."""
    square = ((location - target) / scale) ** 2
    u = square / df
    share = u / (1 + u)
    growth = (df + 1) / 2 * log(1 + u)
    digamma = abs(psi(0, df / 2) - psi(0, (df + 1) / 2) + 1 / df)
    trigamma = psi(1, df / 2) - psi(1, (df + 1) / 2) - 2 / df**2
    bend = (df + 1) / (df * scale**2 * (1 + u) ** 2) * max(1, u)
    return [
        max(abs(log(scale)), 1, growth),
        0, max(1, square) / (1 + u) / scale, max(digamma, log(1 + u) - share, share / df), 0,
        bend, max(square * (3 + u), u, 1) / ((1 + u) * scale) ** 2, max(trigamma / 2, share**2 / df, share * (2 - share) / df**2), bend,
    ]


def groups(random):
    points = []
    # Where a derivative is 0: r^2 = d for the Hessian in the location, 1 for the gradient in the scale, and
    # r^4 + (3 d + 1) r^2 = d for the Hessian in the scale.
    for df in [0.3, 1.0, 2.5, 15.99, 16.0, 40.0, 1e9] + [random.uniform(0.5, 30) for _ in range(3)]:
        with workdps(60):
            roots = [float(sqrt(mpf(df))), 1.0, float(sqrt((sqrt((3 * mpf(df) + 1) ** 2 + 4 * df) - 3 * mpf(df) - 1) / 2))]
        points += [(r, 1.0, df, 0.0) for root in roots for r in samples.near(root, 17)]
    # Where the gradient in the degrees of freedom is 0.
    for df in (0.7, 3.0, 12.0, 1e4, 1e7):
        with workdps(60):
            d = mpf(df)

            def slope(q):
                u = q / d
                return (psi(0, d / 2) - psi(0, (d + 1) / 2) + 1 / d + log(1 + u) - u / (1 + u) * (1 + 1 / d))

            root = float(sqrt(findroot(slope, (0.5, 20), solver="anderson")))
        points += [(r, 1.0, df, 0.0) for r in samples.near(root, 17)]
    # Where the loss is 0: a small scale.
    for df in (0.5, 4.0, 30.0):
        with workdps(60):
            d = mpf(df)
            scale = float(findroot(lambda s: loss(mpf(0.05), s, d, mpf(0), None), (0.05, 5), solver="anderson"))
        points += [(0.05, s, df, 0.0) for s in samples.near(scale, 17)]
    points += [
        (r, s, df, 0.0)
        for r in (0.0, 1e-8, 1.0, 1e5, 1e80, 1e150)
        for s in (1e-30, 1.0, 1e20)
        for df in (1e-100, 1e-20, 0.01, 1.0, 7.0, 1e3, 1e20, 1e100)
    ]
    points += [(1e300, 1e-10, 3.0, 0.0), (-1e200, 1e-100, 1e100, 0.0), (-2e91, 1.0, 0.3, 0.0), (1.0, 1e300, 2.0, 3.0)]
    points += [
        (random.uniform(-3, 3), random.uniform(0.01, 4), random.choice([random.uniform(0, 5), random.uniform(1, 60)]),
         random.uniform(-3, 3))
        for _ in range(100)
    ]
    points += [
        (samples.signed(random, -40, 40), samples.magnitude(random, -40, 40), samples.magnitude(random, -60, 60), 0.0)
        for _ in range(40)
    ]
    yield {}, points
