# SPDX-License-Identifier: Apache-2.0
"""Alignment by optimal transport: the mean of (1 - s) softplus(-u) + s softplus(u), u = beta (x_(i) - y_(i)), sorted."""

from mpmath import fsum, mpf

from preferences import sigmoid, softplus

KIND = "arrays"
DIFFERENTIABLE = (0, 1, 2, 3)
OPTIONS = {"beta": 0.1, "label_smoothing": 0.0, "unpaired": False}


def margins(chosen, rejected, reference_chosen, reference_rejected, o):
    pairs = ((chosen, reference_chosen), (rejected, reference_rejected)) if o.unpaired else (
        (chosen, rejected), (reference_chosen, reference_rejected))
    x, y = (sorted(a - b for a, b in zip(*pair)) for pair in pairs)
    return [o.beta * (a - b) for a, b in zip(x, y)]


def loss(chosen, rejected, reference_chosen, reference_rejected, o):
    s = o.label_smoothing
    terms = [(1 - s) * softplus(-u) + s * softplus(u) for u in margins(chosen, rejected, reference_chosen, reference_rejected, o)]
    return fsum(terms) / len(terms)


def terms(chosen, rejected, reference_chosen, reference_rejected, o):
    found = margins(chosen, rejected, reference_chosen, reference_rejected, o)
    slope = o.beta * max(max(o.label_smoothing, sigmoid(-u)) for u in found) / len(found)
    return [0] + [slope] * 4 + [0] * 4


def groups(random):
    def points(spread):
        return [tuple([-random.uniform(0, spread) for _ in range(size)] for _ in range(4)) for size in (1, 2, 3, 5, 8, 9, 12)]

    # Differences equal but for their tails.
    near = [([-1.0, -1.0 + 2.0**-53, -3.0], [-1e16, -1e16, -2.0], [-2.0, -5.0, -1.0], [-3.0, -4.0, -2.0])]
    for beta, smoothing, unpaired in ((0.1, 0.0, False), (0.1, 0.0, True), (2.0, 0.1, False), (0.5, 0.25, True)):
        given = {"beta": beta, "label_smoothing": smoothing, "unpaired": unpaired}
        yield {name: x for name, x in given.items() if x != OPTIONS[name]}, points(5) + points(100)[:3] + (near if not unpaired else [])
