# SPDX-License-Identifier: Apache-2.0
"""The absolute error of the softmax, sum_k |p_k - [k = t]| for the class t, which is 2 (1 - p_t)."""

from mpmath import exp, fsum

import classes
import samples

KIND = "rowwise"
OPTIONS = classes.OPTIONS


def loss(predictions, target, o):
    if isinstance(target, list) or o.label_smoothing:
        return classes.expected(predictions, target, o, lambda p, q, o: 2 * q)
    powers = [exp(z - predictions[0]) for z in predictions]
    return classes.expected(
        predictions, target, o,
        lambda p, q, o: fsum(abs(x / fsum(powers) - (k == target)) for k, x in enumerate(powers)),
    )


def terms(predictions, target, o):
    return classes.terms(predictions, target, o, lambda p, q, o: 2 * p * q, lambda p, q, o: 2 * p * q)


def groups(random):
    # The last is longer than the rows that are computed eight at a time.
    yield {}, samples.class_rows(random, dense=True) + [([random.uniform(-3, 3) for _ in range(131)], 77)]
    # Two classes, near p = 1/2, where the Hessian is 0.
    yield {}, [([1.0, z], k) for z in samples.near(1.0, 3) for k in range(2)] + [([1e-9, 0.0], 0), ([0.0, 1e-300], 0)]
    # The difference of the logits is not a double.
    yield {}, [([-1e308, 1e308], k) for k in range(2)]
    yield from classes.soft_groups(random, {})
