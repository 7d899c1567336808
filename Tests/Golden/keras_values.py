#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes keras.json: losses and gradients that Keras computes with its defaults.

Its reductions are in single precision with this backend, although the losses are in double precision.

    KERAS_BACKEND=torch python3 Tests/Golden/keras_values.py        # needs keras==3.15.1 and torch
"""

import random

import keras
import torch

from library_values import COLUMNS, array, row_weights, write

keras.config.set_floatx("float64")


# By loss: the loss of Keras, the kinds of its predictions and targets, and the options of the request.
LOSSES = [
    ("squared_error", keras.losses.MeanSquaredError(), "real", "real", {}),
    ("absolute_error", keras.losses.MeanAbsoluteError(), "real", "real", {}),
    ("huber", keras.losses.Huber(), "real", "real", {}),
    ("huber", keras.losses.Huber(delta=0.3), "real", "real", {"delta": 0.3}),
    ("log_cosh", keras.losses.LogCosh(), "real", "real", {}),
    ("squared_log_error", keras.losses.MeanSquaredLogarithmicError(), "positive", "positive", {}),
    ("poisson_nll", keras.losses.Poisson(), "positive", "count", {}),
    ("cosine_distance", keras.losses.CosineSimilarity(), "real", "real", {}),
    (
        "generalized_cross_entropy", keras.losses.CategoricalGeneralizedCrossEntropy(), "distribution", "class", {},
    ),
    (
        "generalized_cross_entropy", keras.losses.CategoricalGeneralizedCrossEntropy(q=0.3), "distribution", "class",
        {"q": 0.3},
    ),
    ("hinge", keras.losses.Hinge(), "real", "sign", {}),
    ("squared_hinge", keras.losses.SquaredHinge(), "real", "sign", {}),
    ("binary_cross_entropy", keras.losses.BinaryCrossentropy(), "probability", "label", {}),
    (
        "binary_cross_entropy", keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1), "real", "label",
        {"from_logits": True, "label_smoothing": 0.1},
    ),
    ("binary_focal", keras.losses.BinaryFocalCrossentropy(), "probability", "label", {}),
    (
        "binary_focal",
        keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, label_smoothing=0.2), "probability",
        "label", {"alpha": 0.3, "label_smoothing": 0.2},
    ),
    (
        "binary_focal", keras.losses.BinaryFocalCrossentropy(gamma=1.5, from_logits=True), "real", "label",
        {"gamma": 1.5, "from_logits": True},
    ),
    (
        "categorical_cross_entropy", keras.losses.CategoricalCrossentropy(from_logits=True), "real", "distribution",
        {"from_logits": True},
    ),
    (
        "categorical_cross_entropy", keras.losses.CategoricalCrossentropy(label_smoothing=0.1), "distribution",
        "distribution", {"label_smoothing": 0.1},
    ),
    (
        "categorical_cross_entropy", keras.losses.SparseCategoricalCrossentropy(from_logits=True), "real", "class",
        {"from_logits": True},
    ),
    ("kl_divergence", keras.losses.KLDivergence(), "distribution", "distribution", {}),
    ("absolute_percentage_error", keras.losses.MeanAbsolutePercentageError(), "real", "real", {}),
    ("multiclass_hinge", keras.losses.CategoricalHinge(), "positive", "class", {}),
    (
        "softmax_focal", keras.losses.CategoricalFocalCrossentropy(from_logits=True), "real", "distribution",
        {"from_logits": True},
    ),
    (
        "softmax_focal", keras.losses.CategoricalFocalCrossentropy(from_logits=True, gamma=1.5, alpha=0.5), "real",
        "distribution", {"from_logits": True, "gamma": 1.5, "alpha": 0.5},
    ),
    ("softmax_focal", keras.losses.CategoricalFocalCrossentropy(), "distribution", "distribution", {}),
    (
        "softmax_focal", keras.losses.CategoricalFocalCrossentropy(gamma=1.5, label_smoothing=0.1), "distribution",
        "distribution", {"gamma": 1.5, "label_smoothing": 0.1},
    ),
    ("dice", keras.losses.Dice(axis=-1), "probability", "label", {}),
]


def main():
    cases = []
    for name, loss, predicted, true, options in LOSSES:
        generator = random.Random(f"{name} {options}")
        predictions, targets = array(predicted, generator), array(true, generator)
        for weights in (None, row_weights(generator)):
            variable = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
            true_values = torch.tensor(targets, dtype=torch.float64)
            if name == "multiclass_hinge":
                # Keras takes one-hot targets.
                true_values = torch.nn.functional.one_hot(true_values.long(), COLUMNS).double()
            value = loss(
                true_values, variable,
                sample_weight=None if weights is None else torch.tensor(weights, dtype=torch.float64),
            )
            value.backward()
            request = {"predictions": predictions, "targets": targets, "convention": "keras", **options}
            expected = {"loss": value.item()}
            # Keras normalises these probabilities, also in the gradient.
            if name not in ("categorical_cross_entropy", "softmax_focal") or options.get("from_logits"):
                expected["gradient"] = variable.grad.tolist()
            cases.append({
                "loss": name,
                "request": request if weights is None else request | {"weights": weights},
                "expected": expected,
            })
    write("keras", keras.__version__, cases)


if __name__ == "__main__":
    main()
