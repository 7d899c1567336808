# SPDX-License-Identifier: Apache-2.0
"""The poly-1 cross-entropy of logits, -log p + epsilon (1 - p) for the probability p of the class."""

from mpmath import log

import classes
import samples

KIND = "rowwise"
OPTIONS = {"epsilon": 2.0} | classes.OPTIONS


def one(p, q, o):
    return -log(p) + o.epsilon * q


def loss(predictions, target, o):
    return classes.expected(predictions, target, o, one)


def terms(predictions, target, o):
    size = 1 + abs(o.epsilon)
    found = classes.terms(predictions, target, o, lambda p, q, o: q * size, lambda p, q, o: p * q * size)
    if o.epsilon < 0 and target != o.ignore_index:
        weighted = classes.targets(target, len(predictions), o)
        pairs = [classes.both(predictions, k) for k in range(len(predictions))]
        found["loss"] = max(a * max(q, -log(p)) for a, (p, q) in zip(weighted, pairs))
    return found


def groups(random):
    for epsilon in (2.0, 0.0, 1.0, -1.0, -0.5, samples.above(-1.0), 10.0, 1e5):
        options = {} if epsilon == 2 else {"epsilon": epsilon}
        yield options, samples.class_rows(random, not options)
        if epsilon > 1:
            # Two classes, where the Hessian, p q (1 + epsilon (p - q)), is 0.
            zero = samples.logarithm((epsilon - 1) / (epsilon + 1))
            yield options, [([z, 0.0], 0) for z in samples.near(zero, 4)] + [([0.0, z], 1) for z in samples.near(zero, 12)]
    for options in ({}, {"epsilon": -0.5}):
        yield from classes.soft_groups(random, options)
