#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes mlx.json: losses and gradients that MLX computes with its defaults, on the CPU.

Its exponentials and logarithms are in single precision although the numbers are in double precision.

    python3 Tests/Golden/mlx_values.py        # needs mlx[cpu]==0.32.4
"""

import functools
import math
import random

import mlx.core as mx
from mlx.nn import losses

from library_values import array, write

# By loss: the loss of MLX, the kinds of its predictions and targets, and the options of the request.
LOSSES = [
    ("squared_error", losses.mse_loss, "real", "real", {}),
    ("absolute_error", losses.l1_loss, "real", "real", {}),
    ("smooth_l1", losses.smooth_l1_loss, "real", "real", {}),
    ("smooth_l1", functools.partial(losses.smooth_l1_loss, beta=0.4), "real", "real", {"beta": 0.4}),
    ("huber", losses.huber_loss, "real", "real", {}),
    ("huber", functools.partial(losses.huber_loss, delta=0.3), "real", "real", {"delta": 0.3}),
    ("log_cosh", losses.log_cosh_loss, "real", "real", {}),
    ("hinge", losses.hinge_loss, "real", "sign", {}),
    ("binary_cross_entropy", losses.binary_cross_entropy, "real", "probability", {}),
    (
        "binary_cross_entropy", functools.partial(losses.binary_cross_entropy, with_logits=False), "probability",
        "probability", {"from_logits": False},
    ),
    ("categorical_cross_entropy", losses.cross_entropy, "real", "class", {}),
    ("categorical_cross_entropy", losses.cross_entropy, "real", "distribution", {}),
    (
        "categorical_cross_entropy", functools.partial(losses.cross_entropy, label_smoothing=0.1), "real", "class",
        {"label_smoothing": 0.1},
    ),
    ("cosine_similarity_loss", losses.cosine_similarity_loss, "real", "real", {}),
    ("kl_divergence", losses.kl_div_loss, "log_distribution", "log_distribution", {}),
]


def numbers(kind, generator):
    """Numbers of a kind, which here may be logarithms of probabilities."""
    plain = array(kind.removeprefix("log_"), generator)
    if kind == "class":
        return mx.array(plain)
    if kind.startswith("log_"):
        plain = [[math.log(x) for x in row] for row in plain]
    return mx.array(plain, dtype=mx.float64)


def case(name, inputs, options, loss, slopes):
    """A case with the loss and its derivatives with respect to the first inputs."""
    value = loss(*inputs.values())
    gradients = [mx.grad(lambda *x: loss(*x).sum(), place)(*inputs.values()) for place in slopes]
    arrays = {key: value.tolist() for key, value in inputs.items()}
    expected = {"loss": value.tolist()}
    if len(slopes) == 1:
        expected["gradient"] = gradients[0].tolist()
    else:
        names = list(inputs)
        expected["gradients"] = {names[place]: x.tolist() for place, x in zip(slopes, gradients)}
    return {"loss": name, "request": arrays | {"convention": "mlx", **options}, "expected": expected}


def main():
    mx.set_default_device(mx.cpu)
    mx.random.seed(0)
    cases = []
    for name, loss, predicted, true, options in LOSSES:
        generator = random.Random(f"{name} {true} {options}")
        inputs = {"predictions": numbers(predicted, generator), "targets": numbers(true, generator)}
        cases.append(case(name, inputs, options, loss, [0]))
        if name.endswith("cross_entropy") and not options:
            shape = inputs["predictions"].shape if name.startswith("binary") else inputs["predictions"].shape[:1]
            weights = mx.random.uniform(0.1, 2, shape).astype(mx.float64)
            weighted = functools.partial(loss, weights=weights)
            cases.append(case(name, inputs, {"weights": weights.tolist()}, weighted, [0]))
    # Certain probabilities, whose logarithms are clipped.
    predictions, targets = [0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]
    loss = losses.binary_cross_entropy(mx.array(predictions), mx.array(targets), with_logits=False)
    request = {"predictions": predictions, "targets": targets, "convention": "mlx", "from_logits": False}
    cases.append({"loss": "binary_cross_entropy", "request": request, "expected": {"loss": loss.item()}})
    generator = random.Random("gaussian_nll")
    inputs = {key: numbers(kind, generator) for key, kind in
              (("mean", "real"), ("targets", "real"), ("variance", "positive"))}
    for full in (False, True):
        loss = functools.partial(losses.gaussian_nll_loss, full=full)
        cases.append(case("gaussian_nll", inputs, {"full": full}, loss, [0, 2]))
    generator = random.Random("triplet_margin")
    inputs = {key: numbers("real", generator) for key in ("anchor", "positive", "negative")}
    cases.append(case("triplet_margin", inputs, {}, losses.triplet_loss, [0, 1, 2]))
    write("mlx", mx.__version__, cases)


if __name__ == "__main__":
    main()
