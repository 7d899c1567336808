# SPDX-License-Identifier: Apache-2.0
"""The negative log-likelihood of a Laplace distribution: log b + |m - t|/b, in location, scale and target."""

from mpmath import log, mpf, workdps

import samples

KIND = "inputs"
OPTIONS = {"full": False}


def loss(location, scale, target, o):
    return log(scale) + (log(mpf(2)) if o.full else 0) + abs(location - target) / scale


def kink(location, scale, target, o):
    # Differences of both sides have an error that is large beside 0.
    distance = abs(location - target)
    own = {"hessian": 0} | ({"gradient": 0} if distance == 0 else {})
    zero = {"gradient": 0} if distance == scale else {"hessian": 0} if 2 * distance == scale else None
    return {0: [own], 1: [zero], 2: [own]}


def terms(location, scale, target, o):
    """The largest terms of the loss, and of gradient and Hessian in location, scale and target."""
    share = abs(location - target) / scale
    largest = max(abs(log(scale)), log(mpf(2)) if o.full else 0, share)
    return [largest, 0, max(1, share) / scale, 0, 0, max(1, 2 * share) / scale**2, 0]


def groups(random):
    # Where the gradient or the Hessian in the scale is 0, and where the loss is.
    inner = []
    for scale in [0.25, 1.0, 3.0, 1e-10, 1e10, 1e-90, 1e90] + [random.uniform(0.1, 9) for _ in range(6)]:
        with workdps(60):
            roots = [mpf(scale), mpf(scale) / 2] + ([-mpf(scale) * log(mpf(scale))] if scale < 1 else [])
            roots = [float(root) for root in roots]
        inner += [(r, scale, 0.0) for root in roots for r in samples.near(root, 9)]
        inner += [(0.7, scale, 0.7 - root) for root in roots]
    edges = [(m, b, 0.0) for m in (0.0, 1e-8, -1.0, 1e150, -1e-300) for b in (1e-150, 1e-20, 1.0, 1e20, 1e300)]
    plain = [(random.uniform(-3, 3), random.uniform(0.01, 4), random.uniform(-3, 3)) for _ in range(60)]
    plain += [(samples.signed(random, -40, 40), samples.magnitude(random, -60, 60), samples.signed(random, -40, 40))
              for _ in range(40)]
    near = [(0.3, samples.above(1.0), 0.3), (0.3, samples.below(1.0), 0.3), (0.3, 1.0, 0.3), (0.3, 1.0, 0.3 + 1e-8)]
    yield {}, inner + edges + plain + near
    # With the constant, the logarithms cancel near 1/2.
    yield {"full": True}, inner[::3] + plain[::2] + [(0.5, b, 0.5 + r) for b in samples.near(0.5) for r in (0, 1e-5)]
