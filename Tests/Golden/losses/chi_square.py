# SPDX-License-Identifier: Apache-2.0
"""The chi-square divergence: sum_k (q - y)^2/q (pearson), or (q - y)^2/y (neyman)."""

from mpmath import fsum

import samples

KIND = "inputs"
OPTIONS = {"form": "pearson"}


def loss(predictions, targets, o):
    return fsum((q - y) ** 2 / (q if o.form == "pearson" else y) for q, y in zip(predictions, targets))


def kink(predictions, targets, o):
    # Differences of both sides have an error that is large beside 0.
    own = [{"gradient": 0} if q == y else None for q, y in zip(predictions, targets)]
    return {0: own, 1: own}


def groups(random):
    pairs = samples.measures(random)
    yield {}, pairs + [([0.5, 0.25], [0.0, 0.75])]
    yield {"form": "neyman"}, pairs[::2] + [([0.0, 0.75], [0.5, 0.25])]
