# SPDX-License-Identifier: Apache-2.0
"""Half the Tweedie deviance: t^(2-q)/((1-q)(2-q)) - t p^(1-q)/(1-q) + p^(2-q)/(2-q), p = e^z, q the power.

For a power of 1 it is t log(t/p) + p - t, for 2 it is t/p - 1 - log(t/p).
"""

from mpmath import exp, log

import samples

KIND = "pointwise"
OPTIONS = {"power": 1.5, "log_input": True}


def loss(prediction, target, o):
    mean = exp(prediction) if o.log_input else prediction
    a, b = 2 - o.power, o.power - 1
    if target == 0:
        return mean**a / a
    u = mean / target
    if b == 0:
        return target * (u - 1 - log(u))
    if a == 0:
        return 1 / u - 1 + log(u)
    return target**a * (u**a / a + u**-b / b - 1 / (a * b))


def kink(prediction, target, o):
    # Differences of both sides have an error that is large beside 0.
    if not o.log_input and prediction == target:
        return {"gradient": 0}


def terms(prediction, target, o):
    if not o.log_input:
        mean = prediction
        return {"hessian": mean ** (-o.power - 1) * max(o.power * target, (o.power - 1) * mean)}
    a, b = 2 - o.power, o.power - 1
    mass, pull = exp(a * prediction), target * exp(-b * prediction)
    result = {"gradient": max(mass, pull), "hessian": max(abs(a) * mass, b * pull)}
    # The logarithm of the target is accurate to 2^-101 of itself.
    if target > 0:
        w = prediction - log(target)
        scale = max(abs(log(target)), abs(prediction))
        result["loss"] = abs(w) * scale * max(mass, pull)
        result["gradient"] = max(mass, pull) * max(1, scale)
    return result


def groups(random):
    powers = (1.5, 1.0, 2.0, 1 + 1e-10, samples.above(1.0), samples.below(2.0), 2 - 1e-7, samples.above(2.0), 1.1, 1.9,
              2.5, 3.0, 7.3, 10.0)
    for log_input in (True, False):
        for power in powers:
            points = samples.means(random, log_input, 40 if power == 1.5 else 12)
            if power < 2:
                points += [(p, 0.0) for p in ([-600.0, -3.0, 0.0, 2.0, 600.0] if log_input else [1e-300, 0.3, 1.0, 1e100])]
            # Beyond, the differences would need more digits.
            points = [(p, t) for p, t in points if log_input or p < 1e150]
            options = {} if power == 1.5 else {"power": power}
            yield options | ({} if log_input else {"log_input": False}), points[:: 1 if power == 1.5 else 3]
        if not log_input:
            continue
        # Where the Hessian vanishes.
        for power in (2.5, 4.0):
            points = [(z, 1.0) for z in samples.near(float(log((power - 1) / (power - 2))))]
            yield {"power": power}, points
