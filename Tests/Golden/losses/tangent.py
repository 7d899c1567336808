# SPDX-License-Identifier: Apache-2.0
"""The tangent loss: (2 atan a - 1)^2, a = y prediction, y in {-1, 1}."""

from mpmath import atan

import samples

KIND = "pointwise"
OPTIONS = {"label_encoding": "signed"}
ZEROS = (1.2555733424472708, -0.5132473179249821)


def margin(prediction, target, o):
    return prediction * (target if o.label_encoding == "signed" else 2 * target - 1)


def loss(prediction, target, o):
    return (2 * atan(margin(prediction, target, o)) - 1) ** 2


def terms(prediction, target, o):
    a = margin(prediction, target, o)
    return {"hessian": 8 * max(1, abs(a * (2 * atan(a) - 1))) / (1 + a**2) ** 2}


def groups(random):
    # The zeros of loss and gradient and of the Hessian, and the ends of the ranges of the arc tangent.
    inner = [z for x in (0.5463024898437905, ZEROS[0], ZEROS[1]) for z in samples.near(x, 3)]
    inner += [sign * y for x in (1.68, 0.19783, 0.66369, 1.47994, 4.94686, 2.0**30, 2.0**600) for y in samples.around(x) for sign in (1, -1)]
    inner += [random.uniform(-0.9, -0.3) for _ in range(20)] + [random.uniform(0.9, 1.8) for _ in range(20)]
    for options, points in samples.margins(random):
        points += [(samples.signed(random, -1022, 1023), 1.0) for _ in range(30)]
        yield options, points + [(z, 1.0) for z in inner + samples.LOGITS]
