# SPDX-License-Identifier: Apache-2.0
"""The focal loss, -alpha (1 - p)^gamma log p for the probability p of the class."""

from mpmath import exp, findroot, log, mpf, workdps

import calculus
import classes
import samples

KIND = "rowwise"
OPTIONS = {"alpha": 1.0, "gamma": 2.0} | classes.OPTIONS | classes.PROBABILITIES
clip = classes.clip


def one(p, q, o):
    return -o.alpha * q**o.gamma * log(p)


def loss(predictions, target, o):
    return classes.expected(predictions, target, o, one)


def terms(predictions, target, o):
    def slope(p, q, o):
        return o.alpha * q**o.gamma * (o.gamma * p * -log(p) + q)

    def bend(p, q, o):
        return o.alpha * q**o.gamma * p * max((1 + 2 * o.gamma) * q, -o.gamma * log(p) * max(o.gamma * p, q))

    return classes.terms(predictions, target, o, slope, bend)


def groups(random):
    for options in ({}, {"gamma": 0.0}, {"gamma": 0.5}, {"gamma": 5.0, "alpha": 0.25}, {"gamma": 1.7}, {"gamma": 40.0}):
        yield options, samples.class_rows(random, not options)
        o = calculus.bind(OPTIONS, options)
        if 0 < o.gamma < 10:
            with workdps(60):
                g = mpf(o.gamma)

                def bend(z):
                    p, q = 1 / (1 + exp(-z)), 1 / (1 + exp(z))
                    return (1 + 2 * g) * q - g * log(p) * (g * p - q)

                zero = float(findroot(bend, (-6, 0), solver="anderson"))
            yield options, [([z, 0.0], 0) for z in samples.near(zero, 4)] + [([0.0, z], 1) for z in samples.near(zero, 12)]
    for options in ({}, {"gamma": 0.5}, {"gamma": 0.0}):
        yield from classes.soft_groups(random, options)
    for options in ({}, {"gamma": 0.0}, {"gamma": 0.5, "alpha": 0.25}, {"gamma": 1.0}, {"gamma": 5.0}):
        yield from classes.probability_groups(random, options)
