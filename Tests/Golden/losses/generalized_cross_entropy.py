# SPDX-License-Identifier: Apache-2.0
"""The generalised cross-entropy, (1 - p^q) / q for the probability p of the class, or -log p for q = 0."""

from mpmath import log

import classes
import samples

KIND = "rowwise"
OPTIONS = {"q": 0.7} | classes.OPTIONS | classes.PROBABILITIES
clip = classes.clip


def one(p, q, o):
    return (1 - p**o.q) / o.q if o.q else -log(p)


def loss(predictions, target, o):
    return classes.expected(predictions, target, o, one)


def terms(predictions, target, o):
    return classes.terms(
        predictions, target, o, lambda p, q, o: p**o.q * q, lambda p, q, o: p**o.q * q * max(p, o.q * q)
    )


def groups(random):
    for q in (0.7, 0.5, 1.0, 0.0, 1e-3, 1e-100, 0.05):
        options = {} if q == 0.7 else {"q": q}
        yield options, samples.class_rows(random, not options)
        if q:
            # Two classes, with p near q/(1 + q), where the Hessian is 0.
            zero = samples.logarithm(q)
            yield options, [([0.0, -z], 0) for z in samples.near(zero, 4)] + [([z, 0.0], 0) for z in samples.near(zero, 4)]
    for options in ({}, {"q": 0.3}, {"q": 0.0}):
        yield from classes.soft_groups(random, options)
    for options in ({}, {"q": 0.5}, {"q": 1.0}, {"q": 0.0}, {"q": 1e-100}, {"q": 0.05}):
        yield from classes.probability_groups(random, options)
