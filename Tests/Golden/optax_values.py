#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes optax.json: losses and gradients that optax computes with its defaults, in double precision.

    JAX_ENABLE_X64=1 JAX_PLATFORMS=cpu python3 Tests/Golden/optax_values.py        # needs optax==0.2.8 and jax
"""

import functools
import random

import jax
import jax.numpy as jnp
import optax

from library_values import COLUMNS, array, write

losses = optax.losses
# By loss: the loss of optax, the kinds of its predictions and targets, and the options of the request.
LOSSES = [
    ("squared_error", losses.squared_error, "real", "real", {}),
    ("half_squared_error", losses.l2_loss, "real", "real", {}),
    ("huber", losses.huber_loss, "real", "real", {}),
    ("huber", functools.partial(losses.huber_loss, delta=0.3), "real", "real", {"delta": 0.3}),
    ("log_cosh", losses.log_cosh, "real", "real", {}),
    ("cosine_distance", losses.cosine_distance, "real", "real", {}),
    ("sigmoid_binary_cross_entropy", losses.sigmoid_binary_cross_entropy, "real", "probability", {}),
    ("binary_focal", losses.sigmoid_focal_loss, "real", "label", {}),
    ("binary_focal", functools.partial(losses.sigmoid_focal_loss, alpha=0.3, gamma=1.5), "real", "label",
     {"alpha": 0.3, "gamma": 1.5}),
    ("hinge", losses.hinge_loss, "real", "sign", {}),
    ("perceptron", losses.perceptron_loss, "real", "sign", {}),
    ("binary_sparsemax", losses.sparsemax_loss, "real", "label", {}),
    ("categorical_cross_entropy", losses.softmax_cross_entropy, "real", "distribution", {}),
    ("safe_softmax_cross_entropy", losses.safe_softmax_cross_entropy, "real", "distribution", {}),
    ("softmax_cross_entropy_with_integer_labels", losses.softmax_cross_entropy_with_integer_labels, "real", "class", {}),
    ("multiclass_hinge", losses.multiclass_hinge_loss, "real", "class", {}),
    ("multiclass_perceptron", losses.multiclass_perceptron_loss, "real", "class", {}),
    ("sparsemax", losses.multiclass_sparsemax_loss, "real", "class", {}),
    ("poly_loss_cross_entropy", losses.poly_loss_cross_entropy, "real", "distribution", {}),
    ("kl_divergence", losses.kl_divergence, "log_distribution", "distribution", {}),
    ("kl_divergence_with_log_targets", losses.kl_divergence_with_log_targets, "log_distribution", "log_distribution", {}),
    ("generalized_kl", losses.generalized_kl_divergence, "real", "positive", {}),
]


def numbers(kind, generator):
    """Numbers of a kind, which here may be logarithms of probabilities."""
    if kind == "class":
        return jnp.array(array(kind, generator))
    plain = jnp.array(array(kind.removeprefix("log_"), generator), dtype=jnp.float64)
    return jnp.log(plain) if kind.startswith("log_") else plain


def case(name, inputs, options, loss, derivatives):
    """A case whose expected numbers are those of a loss and its derivatives by input."""
    outputs = {"outputs": ["loss", "gradient"]}
    expected = {"loss": jnp.asarray(loss).tolist(), **derivatives}
    request = {key: value.tolist() for key, value in inputs.items()} | {"convention": "optax", **options, **outputs}
    return {"loss": name, "request": request, "expected": expected}


def contrastive(generator):
    """A batch of embeddings with three labels."""
    embeddings = numbers("real", generator)
    labels = jnp.array([0, 1, 0, 2, 1])
    loss = losses.ntxent(embeddings, labels)
    gradient = jax.grad(losses.ntxent)(embeddings, labels).tolist()
    return case("nt_xent", {"embeddings": embeddings, "labels": labels}, {}, loss, {"gradient": gradient})


def triplets(generator):
    """Anchors with a positive and a negative vector each."""
    inputs = {key: numbers("real", generator) for key in ("anchor", "positive", "negative")}
    loss = losses.triplet_margin_loss(*inputs.values())
    gradients = jax.grad(lambda *x: losses.triplet_margin_loss(*x).sum(), (0, 1, 2))(*inputs.values())
    by_name = {key: gradient.tolist() for key, gradient in zip(inputs, gradients)}
    return case("triplet_margin", inputs, {}, loss, {"gradients": by_name})


def sequences(generator):
    """Sequences of different length; class 0 is the blank."""
    logits = jnp.array([array("real", generator), array("real", generator)])
    labels, lengths, counts = jnp.array([[1, 3], [2, 2]]), jnp.array([5, 4]), jnp.array([1, 2])
    paddings = [
        (jnp.arange(size)[None] >= present[:, None]).astype(jnp.float64)
        for size, present in ((logits.shape[1], lengths), (labels.shape[1], counts))
    ]
    function = lambda x: losses.ctc_loss(x, paddings[0], labels, paddings[1])
    gradient = jax.grad(lambda x: function(x).sum())(logits).tolist()
    inputs = {"predictions": logits, "targets": labels, "lengths": lengths, "target_lengths": counts}
    return case("ctc", inputs, {}, function(logits), {"gradient": gradient})


def regions(generator):
    """Regions of two classes; optax has the classes last, and requires distributions over them."""
    predictions = jnp.array([array("distribution", generator) for _ in range(2)])
    targets = jax.nn.one_hot(jnp.array([array("class", generator) for _ in range(2)]), COLUMNS)
    function = lambda x: losses.dice_loss(x, targets, apply_softmax=False, reduction="none")
    gradient = jax.grad(lambda x: losses.dice_loss(x, targets, apply_softmax=False, reduction="sum").sum())
    slopes = {"gradient": gradient(predictions).tolist()}
    return case("dice", {"predictions": predictions, "targets": targets}, {}, function(predictions), slopes)


def main():
    cases = []
    for name, loss, predicted, true, options in LOSSES:
        generator = random.Random(f"{name} {options}")
        predictions, targets = numbers(predicted, generator), numbers(true, generator)
        gradient = jax.grad(lambda x: loss(x, targets).sum())(predictions).tolist()
        inputs = {"predictions": predictions, "targets": targets}
        cases.append(case(name, inputs, options, loss(predictions, targets), {"gradient": gradient}))
    for make in (contrastive, triplets, sequences, regions):
        cases.append(make(random.Random(make.__name__)))
    write("optax", optax.__version__, cases)


if __name__ == "__main__":
    main()
