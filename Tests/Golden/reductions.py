# SPDX-License-Identifier: Apache-2.0
"""Whole requests: weights, class weights, ignored rows, axes and every reduction, with their results.

mean divides by the weights of the losses (a row's times its class weight, the unsmoothed one; 0 for an
ignored row), sum by 1, batch_mean by the first dimension of the predictions, element_mean by the number
of losses, including ignored ones. none does not divide and keeps the shape of the losses.
"""

import itertools
import random

from mpmath import fsum, mpf, workdps

import calculus
import whole_requests

REQUEST_FIELDS = {"predictions", "targets", "weights", "reduction"}


def cases(modules):
    return [
        {"name": name, "loss": loss, "body": body, "expected": expected(modules[loss], body)}
        for name, loss, body in whole_requests.requests(random.Random("reductions"))
    ]


def expected(module, body):
    given = {name: value for name, value in body.items() if name not in REQUEST_FIELDS}
    options = calculus.bind(module.OPTIONS, given)
    predictions, targets = body["predictions"], body["targets"]
    reduction = body.get("reduction", "mean")
    axis = given.get("axis", -1) % len(shape(predictions)) if module.KIND == "rowwise" else None
    ranges = [range(size) for k, size in enumerate(shape(predictions)) if k != axis]

    losses, weights, gradient, hessian = {}, {}, {}, {}
    for index in itertools.product(*ranges):
        rows = [index] if axis is None else [
            index[:axis] + (k,) + index[axis:] for k in range(shape(predictions)[axis])
        ]
        prediction = [at(predictions, row) for row in rows]
        is_class_index = axis is not None and len(shape(targets)) < len(shape(predictions))
        target = at(targets, index) if is_class_index else [at(targets, row) for row in rows]
        if axis is None:
            value = calculus.evaluate(module, prediction[0], target[0], options)
        else:
            value = calculus.evaluate(module, prediction, target, options)
        with workdps(calculus.BASE_DIGITS):
            weight = mpf(at(body.get("weights", 1), index))
            losses[index] = weight * value[0]
            weights[index] = weight * class_weight(target, options)
            gradient |= {row: weight * slope for row, slope in zip(rows, value[1])}
            hessian |= {row: weight * curvature for row, curvature in zip(rows, value[2])}

    with workdps(calculus.BASE_DIGITS):
        normalizer = {
            "mean": fsum(weights.values()), "sum": mpf(1), "none": None,
            "batch_mean": mpf((*shape(predictions), 1)[0]), "element_mean": mpf(len(losses)),
        }[reduction]
        divisor = normalizer or mpf(1)
        return {
            "loss": nested(losses) if reduction == "none" else calculus.show(fsum(losses.values()) / divisor),
            "normalizer": None if normalizer is None else calculus.show(normalizer),
            "gradient": nested({index: value / divisor for index, value in gradient.items()}),
            "hessian": nested({index: value / divisor for index, value in hessian.items()}),
        }


def class_weight(target, options):
    """The weight of a row's target in the mean, apart from the row's own weight."""
    if getattr(options, "ignore_index", None) is not None and target == options.ignore_index:
        return mpf(0)
    weights = getattr(options, "class_weights", None)
    if weights is None:
        return mpf(1)
    if isinstance(target, int):
        return weights[target]
    return fsum(w * mpf(y) for w, y in zip(weights, target))


def shape(value):
    return (len(value), *shape(value[0])) if isinstance(value, list) else ()


def at(value, index):
    """The element at an index; a value of fewer dimensions applies to all elements below it."""
    for k in index:
        if isinstance(value, list):
            value = value[k]
    return value


def nested(values):
    """Nested lists of numbers as text, from values by index."""
    if () in values:
        return calculus.show(values[()])
    heads = sorted({index[0] for index in values})
    return [nested({index[1:]: v for index, v in values.items() if index[0] == head}) for head in heads]
