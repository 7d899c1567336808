# SPDX-License-Identifier: Apache-2.0
"""The cross-entropy of a class, L - x_t + z_loss L^2, L the log-sum-exp of x = s tanh(z / s), or of x = z."""

from mpmath import exp, fsum, log, mpf, tanh

import samples

KIND = "rowwise"
OPTIONS = {"z_loss": 0.0, "logit_softcap": 0.0, "ignore_index": None, "axis": -1}


def bounded(predictions, o):
    s = o.logit_softcap
    return [s * tanh(z / s) for z in predictions] if s else predictions


def level(x):
    top = max(x)
    return top + log(fsum(exp(y - top) for y in x))


def loss(predictions, target, o):
    if target == o.ignore_index:
        return mpf(0)
    x = bounded(predictions, o)
    # The greatest logit is subtracted from all, so that a small loss keeps its digits.
    total = fsum(exp(y - x[target]) for y in x)
    return log(total) + o.z_loss * level(x) ** 2


def terms(predictions, target, o):
    """The largest terms where there is a penalty or a bound."""
    if target == o.ignore_index or not (o.z_loss or o.logit_softcap):
        return {}
    x = bounded(predictions, o)
    size = max(abs(y) for y in x) + 3
    steep = 1 / o.logit_softcap if o.logit_softcap else mpf(0)
    pull = 1 + 2 * o.z_loss * size
    p = [exp(y - level(x)) for y in x]
    most = max(max(y, mpf(0)) for y in p)
    return {
        "loss": size * o.logit_softcap * 0 + o.z_loss * size**2,
        "gradient": pull * most * (1 if o.z_loss else 0),
        "hessian": (pull + 2 * o.z_loss) * most * (1 + steep),
    }


def groups(random):
    rows = samples.class_rows(random)
    near = [row for row in rows if max(abs(z) for z in row[0]) < 1e7]
    yield {}, rows + [([1e300, -1e300], 1), ([1e200, 1e200], 0), ([1e300, 1.0], 0)]
    yield {"ignore_index": 1}, [([0.5, 0.25, 0.0], 1), ([0.5, 0.25, 0.0], 2)]
    for z_loss in (1e-4, 0.1, 10.0):
        yield {"z_loss": z_loss}, near[::3] + [([-0.6931471805599453, -0.6931471805599453], 1), ([-1.0, -0.4586751453870819], 0)]
    tame = [row for row in near if max(abs(z) for z in row[0]) < 400]
    for cap in (30.0, 1.0, 50.0, 1e6):
        yield {"logit_softcap": cap}, tame[::3]
    yield {"logit_softcap": 30.0, "z_loss": 1e-4}, tame[1::2]
