# SPDX-License-Identifier: Apache-2.0
"""The symmetric cross-entropy of logits, -alpha log p_t - beta sum_k p_k log [k = t] for the class t, log 0 = log_zero."""

from mpmath import log

import classes
import samples

KIND = "rowwise"
OPTIONS = {"alpha": 0.1, "beta": 1.0, "log_zero": -4.0} | classes.OPTIONS


def one(p, q, o):
    return -o.alpha * log(p) - o.beta * (q * o.log_zero)


def loss(predictions, target, o):
    return classes.expected(predictions, target, o, one)


def terms(predictions, target, o):
    size = o.alpha - o.beta * o.log_zero
    return classes.terms(predictions, target, o, lambda p, q, o: q * size, lambda p, q, o: p * q * size)


def groups(random):
    for options in ({}, {"alpha": 1.0, "beta": 0.5, "log_zero": -6.0}, {"alpha": 0.0}, {"beta": 0.0}, {"alpha": 3.0, "beta": 0.1}):
        yield options, samples.class_rows(random, not options)
    # Two classes, where the Hessian, p q (0.1 + 4 (p - q)), is 0.
    zero = samples.logarithm(3.9 / 4.1)
    yield {}, [([z, 0.0], 0) for z in samples.near(zero, 4)] + [([0.0, z], 1) for z in samples.near(zero, 12)]
    yield from classes.soft_groups(random, {})
