# SPDX-License-Identifier: Apache-2.0
"""The asymmetric loss of several labels: sum_k w_k L(z_k, y_k) with p = 1/(1 + e^-z).

L(z, 1) = -(1 - p)^gamma_pos log p, and L(z, 0) = -s^gamma_neg log(1 - s) with s = max(0, p - clip). At p = clip the
derivatives are 0.
"""

from mpmath import exp, findroot, fsum, log, mpf, workdps

import calculus
import samples

KIND = "rowwise"
OPTIONS = {"gamma_pos": 1.0, "gamma_neg": 4.0, "clip": 0.05, "label_weights": None, "axis": -1}


def one(z, y, o):
    p, q = 1 / (1 + exp(-z)), 1 / (1 + exp(z))
    if y == 1:
        return -(q**o.gamma_pos) * log(p)
    s = p - o.clip
    return -(s**o.gamma_neg) * log(q + o.clip) if s > 0 else mpf(0)


def loss(predictions, target, o):
    weights = o.label_weights or [mpf(1)] * len(predictions)
    return fsum(w * one(z, y, o) for w, z, y in zip(weights, predictions, target))


def kink(predictions, target, o):
    at = [y == 0 and z == 0 and 2 * o.clip == 1 for z, y in zip(predictions, target)]
    return [{"gradient": 0, "hessian": 0} if here else None for here in at]


def terms(predictions, target, o):
    """The largest terms of the Hessian, and the derivatives times the logit of clip, which bound its rounding error."""
    weights = o.label_weights or [mpf(1)] * len(predictions)
    found = {"loss": 0, "gradient": 0, "hessian": 0}
    for w, z, y in zip(weights, predictions, target):
        p, q = 1 / (1 + exp(-z)), 1 / (1 + exp(z))
        g, own, rest = (o.gamma_pos, q, p) if y == 1 else (o.gamma_neg, p - o.clip, q + o.clip)
        if own <= 0:
            continue
        far = -log(rest)
        first = own**g * (g * far / own + 1 / rest) * p * q
        second = own ** (g - 1) * (g * abs(g - 1) * far / own + 2 * g / rest + own / rest**2) * (p * q) ** 2 + first
        found["hessian"] = max(found["hessian"], w * second)
        if y == 0 and o.clip:
            threshold = abs(log(o.clip) - log(1 - o.clip))
            found["loss"] = max(found["loss"], w * first * threshold)
            found["gradient"] = max(found["gradient"], w * second * threshold)
            third = second * (1 + abs(g - 2) * p * q / own)
            found["hessian"] = max(found["hessian"], w * third * threshold)
    return found


def groups(random):
    def hot(size):
        return [float(random.random() < 0.5) for _ in range(size)]

    def rows(o):
        found = [([z], [y]) for z in samples.LOGITS if not 708 < abs(z) < 750 for y in (0.0, 1.0)]
        for size in (2, 3, 8, 9):
            found.append(([random.uniform(-5, 5) for _ in range(size)], hot(size)))
            found.append(([samples.signed(random, -40, 5) for _ in range(size)], hot(size)))
        if o.clip:
            threshold = samples.logarithm(o.clip / (1 - o.clip))
            found += [([z], [0.0]) for z in samples.near(threshold, 4) if abs(threshold) > 1e-9]
        with workdps(60):
            # The inner zeros of the second derivatives.
            for y, start in ((1.0, -4), (0.0, 2)):
                def bend(z):
                    return calculus.mp.diff(lambda x: one(x, y, o), z, 2)

                try:
                    zero = float(findroot(bend, start))
                except (ValueError, ZeroDivisionError, TypeError):
                    continue
                found += [([z], [y]) for z in samples.near(zero, 6)]
        return found

    for options in (
        {}, {"gamma_pos": 0.0}, {"clip": 0.0}, {"gamma_neg": 2.0, "clip": 0.2}, {"gamma_neg": 1.0, "gamma_pos": 0.5},
        {"gamma_neg": 0.0, "clip": 0.5}, {"gamma_neg": 0.5, "clip": 0.5}, {"gamma_neg": 3.3, "clip": 0.999}, {"clip": 1e-6},
    ):
        yield options, rows(calculus.bind(OPTIONS, options))
    for weights in ([0.3, 1.0, 4.0], [0.0, 1e100, 1e-100]):
        yield {"label_weights": weights}, [([random.uniform(-4, 4) for _ in range(3)], hot(3)) for _ in range(4)]
