# SPDX-License-Identifier: Apache-2.0
"""The squared margin loss: (1 - a)^2, a = y prediction, y in {-1, 1}."""

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    return (1 - margin(prediction, target, o)) ** 2


def groups(random):
    yield from samples.margins(random, 1.0)
