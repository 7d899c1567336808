#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tensorflow.json: losses and gradients that `tf.nn` and `tf.compat.v1.losses` compute with their defaults.

The latter compute in single precision. `tf.keras` is Keras, whose numbers are in keras.json.

    python3 Tests/Golden/tensorflow_values.py        # needs tensorflow-cpu==2.21.0
"""

import functools
import random

import tensorflow as tf

from library_values import array, row_weights, write

old = tf.compat.v1.losses


def of_logits(loss, **options):
    """The loss as a function of targets and predictions."""
    return lambda targets, predictions: loss(labels=targets, logits=predictions, **options)


def of_classes(targets, predictions):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.cast(targets, tf.int32), logits=predictions)


# By loss: the loss of TensorFlow, of targets and predictions, their kinds, and the options of the request.
LOSSES = [
    ("sigmoid_cross_entropy_with_logits", of_logits(tf.nn.sigmoid_cross_entropy_with_logits), "real", "probability", {}),
    (
        "weighted_cross_entropy_with_logits", of_logits(tf.nn.weighted_cross_entropy_with_logits, pos_weight=2.5), "real",
        "label", {"pos_weight": 2.5},
    ),
    ("softmax_cross_entropy_with_logits", of_logits(tf.nn.softmax_cross_entropy_with_logits), "real", "distribution", {}),
    ("sparse_softmax_cross_entropy_with_logits", of_classes, "real", "class", {}),
    ("log_poisson_loss", tf.nn.log_poisson_loss, "real", "count", {}),
    ("half_squared_error", lambda targets, predictions: tf.nn.l2_loss(predictions - targets), "real", "real", {}),
]
# Those that reduce, in single precision; each label is 0 or 1 here, also for the hinge loss.
REDUCED = [
    ("squared_error", old.mean_squared_error, "real", "real", {}),
    ("absolute_difference", old.absolute_difference, "real", "real", {}),
    ("huber", old.huber_loss, "real", "real", {}),
    ("hinge", old.hinge_loss, "real", "label", {}),
]


def case(name, loss, predictions, targets, options):
    variable = tf.Variable(predictions, dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = loss(tf.constant(targets, dtype=tf.float64), variable)
    gradient = tape.gradient(value, variable)
    request = {"predictions": predictions, "targets": targets, "convention": "tensorflow", **options}
    expected = {"loss": value.numpy().tolist(), "gradient": gradient.numpy().tolist()}
    return {"loss": name, "request": request, "expected": expected}


def sequences(generator):
    """Sequences of different length, in single precision; class 0 is the blank, and the batch the first dimension."""
    inputs = {"targets": [[1, 3], [2, 2]], "lengths": [5, 4], "target_lengths": [1, 2]}
    variable = tf.Variable([array("real", generator), array("real", generator)], dtype=tf.float32)
    with tf.GradientTape() as tape:
        loss = tf.nn.ctc_loss(
            tf.constant(inputs["targets"]), variable, inputs["target_lengths"], inputs["lengths"],
            logits_time_major=False, blank_index=0,
        )
    request = {"predictions": variable.numpy().tolist(), **inputs, "convention": "tensorflow"}
    expected = {"loss": loss.numpy().tolist(), "gradient": tape.gradient(loss, variable).numpy().tolist()}
    return {"loss": "ctc", "request": request, "expected": expected}


def main():
    cases = [sequences(random.Random("ctc"))]
    for name, loss, predicted, true, options in LOSSES:
        generator = random.Random(f"{name} {options}")
        predictions, targets = array(predicted, generator), array(true, generator)
        cases.append(case(name, loss, predictions, targets, options))
    for name, loss, predicted, true, options in REDUCED:
        generator = random.Random(f"{name} {options}")
        predictions, targets = array(predicted, generator), array(true, generator)
        cases.append(case(name, loss, predictions, targets, options))
        weights = row_weights(generator)
        column = tf.constant(weights, dtype=tf.float64)[:, None]
        cases.append(case(name, functools.partial(loss, weights=column), predictions, targets, {"weights": weights}))
    write("tensorflow", tf.__version__, cases)


if __name__ == "__main__":
    main()
