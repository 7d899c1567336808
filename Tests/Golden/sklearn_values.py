#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes sklearn.json: losses, gradients and Hessians that scikit-learn computes.

Those of the boosted trees and linear models come from the private module `sklearn._loss`, those of SGD from
`sklearn.linear_model._sgd_fast`, the others, which have no gradient, from `sklearn.metrics`.

    python3 Tests/Golden/sklearn_values.py        # needs scikit-learn==1.9.1
"""

import random
from functools import partial

import numpy as np
import sklearn
import sklearn.metrics
from sklearn._loss import loss as module
from sklearn.linear_model import _sgd_fast as sgd

from library_values import array, write

# By loss: the loss of scikit-learn, the kinds of its predictions and targets, and the options of the request.
LOSSES = [
    ("half_squared_error", module.HalfSquaredError(), "real", "real", {}),
    ("HalfSquaredError", module.HalfSquaredError(), "real", "real", {}),
    ("absolute_error", module.AbsoluteError(), "real", "real", {}),
    ("pinball", module.PinballLoss(), "real", "real", {}),
    ("pinball", module.PinballLoss(quantile=0.3), "real", "real", {"tau": 0.3}),
    ("huber", module.HuberLoss(), "real", "real", {}),
    ("huber", module.HuberLoss(delta=1.25), "real", "real", {"delta": 1.25}),
    ("HalfPoissonLoss", module.HalfPoissonLoss(), "real", "count", {}),
    ("HalfGammaLoss", module.HalfGammaLoss(), "real", "positive", {}),
    ("HalfTweedieLoss", module.HalfTweedieLoss(), "real", "count", {}),
    ("HalfTweedieLoss", module.HalfTweedieLoss(power=1.2), "real", "positive", {"power": 1.2}),
    ("HalfTweedieLossIdentity", module.HalfTweedieLossIdentity(), "positive", "count", {}),
    ("HalfTweedieLossIdentity", module.HalfTweedieLossIdentity(power=2), "positive", "positive", {"power": 2}),
    ("HalfTweedieLossIdentity", module.HalfTweedieLossIdentity(power=3), "positive", "positive", {"power": 3}),
    ("HalfBinomialLoss", module.HalfBinomialLoss(), "real", "probability", {}),
    ("HalfMultinomialLoss", module.HalfMultinomialLoss(n_classes=4), "real", "class", {}),
    ("exponential", module.ExponentialLoss(), "real", "label", {}),
]
# The losses of SGD, of a prediction and a target.
SGD = [
    ("hinge", sgd.Hinge(1.0), "sign", {}),
    ("perceptron", sgd.Hinge(0.0), "sign", {}),
    ("squared_hinge", sgd.SquaredHinge(1.0), "sign", {}),
    ("modified_huber", sgd.ModifiedHuber(), "sign", {}),
    ("epsilon_insensitive", sgd.EpsilonInsensitive(0.1), "real", {}),
    ("epsilon_insensitive", sgd.EpsilonInsensitive(0.7), "real", {"tolerance": 0.7}),
    ("squared_epsilon_insensitive", sgd.SquaredEpsilonInsensitive(0.1), "real", {}),
]
metrics = sklearn.metrics
# The metrics, of targets and predictions, and the factor by which they exceed the loss.
METRICS = [
    ("mean_squared_error", metrics.mean_squared_error, "real", "real", {}, 1),
    ("mean_absolute_error", metrics.mean_absolute_error, "real", "real", {}, 1),
    ("mean_pinball_loss", metrics.mean_pinball_loss, "real", "real", {}, 1),
    ("mean_squared_log_error", metrics.mean_squared_log_error, "positive", "positive", {}, 1),
    ("mean_absolute_percentage_error", metrics.mean_absolute_percentage_error, "real", "real", {}, 1),
    ("hinge", metrics.hinge_loss, "real", "sign", {}, 1),
    ("zero_one_loss", metrics.zero_one_loss, "sign", "sign", {}, 1),
    ("brier_score_loss", metrics.brier_score_loss, "probability", "label", {}, 1),
    ("binary_cross_entropy", metrics.log_loss, "probability", "label", {}, 1),
    ("categorical_cross_entropy", metrics.log_loss, "distribution", "class", {}, 1),
    ("half_poisson_deviance", metrics.mean_poisson_deviance, "positive", "count", {}, 2),
    ("half_gamma_deviance", metrics.mean_gamma_deviance, "positive", "positive", {"log_input": False}, 2),
    (
        "half_inverse_gaussian_deviance", partial(metrics.mean_tweedie_deviance, power=3), "positive", "positive", {}, 2,
    ),
    ("half_tweedie_deviance", metrics.mean_tweedie_deviance, "positive", "positive", {"power": 1.5}, 2),
]
# HalfGammaLoss leaves out a number that depends on the target only.
WITHOUT_LOSS = ["HalfGammaLoss"]


def numbers(kind, generator):
    """Numbers of a kind, in rows where they are of classes."""
    return np.array(array(kind, generator), dtype=float)


def case(name, predictions, targets, weights, options, expected):
    request = {"predictions": predictions.tolist(), "targets": targets.tolist(), "convention": "sklearn", **options}
    if weights is not None:
        request["weights"] = weights.tolist()
    outputs = {"outputs": list(expected)}
    return {"loss": name, "request": request | outputs, "expected": expected}


def main():
    cases = []
    for name, loss, predicted, true, options in LOSSES:
        generator = random.Random(f"{name} {options}")
        predictions, targets = numbers(predicted, generator), numbers(true, generator)
        if not loss.is_multiclass:
            predictions, targets = predictions.ravel(), targets.ravel()
        weights = np.array([generator.uniform(0.1, 2) for _ in targets])
        gradient, hessian = loss.gradient_hessian(targets, predictions, weights)
        request = dict(options, reduction="sum")
        expected = {
            "loss": float(loss.loss(targets, predictions, weights).sum()),
            "gradient": gradient.tolist(), "hessian": hessian.tolist(),
        }
        if name in WITHOUT_LOSS:
            del expected["loss"]
        cases.append(case(name, predictions, targets, weights, request, expected))
        if name not in WITHOUT_LOSS:
            expected = {"loss": float(loss(targets, predictions, weights))}
            cases.append(case(name, predictions, targets, weights, options, expected))
    for name, loss, true, options in SGD:
        generator = random.Random(f"sgd {name} {options}")
        predictions, targets = numbers("real", generator).ravel(), numbers(true, generator).ravel()
        pairs = list(zip(predictions.tolist(), targets.tolist()))
        expected = {
            "loss": [loss.py_loss(p, t) for p, t in pairs], "gradient": [loss.py_dloss(p, t) for p, t in pairs],
        }
        cases.append(case(name, predictions, targets, None, dict(options, reduction="none"), expected))
    for name, metric, predicted, true, options, factor in METRICS:
        generator = random.Random(f"metric {name} {options}")
        predictions, targets = numbers(predicted, generator), numbers(true, generator)
        if targets.shape == predictions.shape:
            predictions, targets = predictions.ravel(), targets.ravel()
        named = {"power": options["power"]} if "power" in options else {}
        if true == "class":
            named["labels"] = range(predictions.shape[1])
        for weights in (None, np.array([generator.uniform(0.1, 2) for _ in targets])):
            value = metric(targets, predictions, sample_weight=weights, **named) / factor
            cases.append(case(name, predictions, targets, weights, options, {"loss": float(value)}))
    # Certain probabilities, which are clipped.
    predictions, targets = np.array([0, 1, 0, 1, 1e-20]), np.array([1, 0, 0, 1, 1])
    expected = {"loss": float(metrics.log_loss(targets, predictions))}
    cases.append(case("binary_cross_entropy", predictions, targets, None, {}, expected))
    write("sklearn", sklearn.__version__, cases)


if __name__ == "__main__":
    main()
