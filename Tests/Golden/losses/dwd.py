# SPDX-License-Identifier: Apache-2.0
"""Distance-weighted discrimination: 1 - a up to q/(q+1), else q^q/(q+1)^(q+1)/a^q, a = y prediction, q the power."""

import samples

KIND = "pointwise"
OPTIONS = {"power": 1.0, "label_encoding": "signed"}


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    a, q = margin(prediction, target, o), o.power
    return 1 - a if a <= q / (q + 1) else q**q / (q + 1) ** (q + 1) / a**q


def kink(prediction, target, o):
    if margin(prediction, target, o) == o.power / (o.power + 1):
        return {"hessian": 0}


def groups(random):
    for power in (1.0, 0.5, 1e-3, 3.0, 6.7, 20.0, 100.0):
        kinks = (0.5, power / (power + 1), 1.0)
        for options, points in samples.margins(random, *kinks):
            if power != 1:
                options, points = options | {"power": power}, points[::3] + [
                    (p, 1.0) for p in samples.near(power / (power + 1))]
            yield options, points
