# SPDX-License-Identifier: Apache-2.0
"""The absolute percentage error: |prediction - target| / max(|target|, epsilon), times 100 in percent. At p = t the
gradient is 0."""

import samples

KIND = "pointwise"
OPTIONS = {"epsilon": 2.220446049250313e-16, "percent": False}


def loss(prediction, target, o):
    return (100 if o.percent else 1) * abs(prediction - target) / max(abs(target), o.epsilon)


def kink(prediction, target, o):
    if prediction == target:
        return {"gradient": 0, "hessian": 0}


def groups(random):
    for epsilon in (2.220446049250313e-16, 1e-7, 1.0):
        yield {"epsilon": epsilon} if epsilon > 1e-8 else {}, samples.errors(random, 1.0, 15)
    yield {"epsilon": 1e-7, "percent": True}, samples.errors(random, 1.0, 15)
