# SPDX-License-Identifier: Apache-2.0
"""The squared percentage error: ((prediction - target) / max(|target|, epsilon))^2."""

import samples

KIND = "pointwise"
OPTIONS = {"epsilon": 2.220446049250313e-16}


def loss(prediction, target, o):
    return ((prediction - target) / max(abs(target), o.epsilon)) ** 2


def groups(random):
    for epsilon in (2.220446049250313e-16, 1e-7, 1.0):
        yield {"epsilon": epsilon} if epsilon > 1e-8 else {}, samples.errors(random, 1.0, 15)
