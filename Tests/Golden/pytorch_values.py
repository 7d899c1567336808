#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pytorch.json: losses and gradients that PyTorch computes with its defaults, in double precision.

    python3 Tests/Golden/pytorch_values.py        # needs torch==2.15.0
"""

import random
from functools import partial

import torch

from library_values import array, write

F = torch.nn.functional
CLASSES = [1, 2, 0.5, 1.25]
WEIGHTS = torch.tensor(CLASSES).double()
# By loss: the loss of PyTorch, the kinds of its predictions and targets, the options of the request, and whether it
# has weights.
LOSSES = [
    ("squared_error", F.mse_loss, "real", "real", {}, True),
    ("absolute_error", F.l1_loss, "real", "real", {}, True),
    ("huber", F.huber_loss, "real", "real", {}, True),
    ("huber", partial(F.huber_loss, delta=0.3), "real", "real", {"delta": 0.3}, True),
    ("smooth_l1", F.smooth_l1_loss, "real", "real", {}, False),
    ("smooth_l1", partial(F.smooth_l1_loss, beta=0.4), "real", "real", {"beta": 0.4}, False),
    ("poisson_nll", F.poisson_nll_loss, "real", "count", {}, False),
    (
        "poisson_nll", partial(F.poisson_nll_loss, log_input=False), "positive", "count", {"log_input": False}, False,
    ),
    ("logistic_margin", F.soft_margin_loss, "real", "sign", {}, False),
    ("BCELoss", F.binary_cross_entropy, "probability", "probability", {}, True),
    ("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits, "real", "probability", {}, True),
    (
        "BCEWithLogitsLoss", partial(F.binary_cross_entropy_with_logits, pos_weight=torch.tensor(2.5)), "real", "label",
        {"pos_weight": 2.5}, True,
    ),
    ("CrossEntropyLoss", F.cross_entropy, "real", "class", {}, False),
    ("CrossEntropyLoss", F.cross_entropy, "real", "distribution", {}, False),
    (
        "CrossEntropyLoss", partial(F.cross_entropy, label_smoothing=0.1), "real", "class", {"label_smoothing": 0.1},
        False,
    ),
    ("CrossEntropyLoss", partial(F.cross_entropy, weight=WEIGHTS), "real", "class", {"class_weights": CLASSES}, False),
    ("KLDivLoss", F.kl_div, "log_distribution", "distribution", {}, False),
    (
        "KLDivLoss", partial(F.kl_div, reduction="batchmean"), "log_distribution", "distribution",
        {"reduction": "batchmean"}, False,
    ),
    (
        "KLDivLoss", partial(F.kl_div, reduction="batchmean", log_target=True), "log_distribution", "log_distribution",
        {"log_targets": True, "reduction": "batchmean"}, False,
    ),
    ("multi_margin", F.multi_margin_loss, "real", "class", {}, False),
    (
        "multi_margin", partial(F.multi_margin_loss, p=2, margin=0.6), "real", "class",
        {"squared": True, "margin": 0.6}, False,
    ),
    ("multi_margin", partial(F.multi_margin_loss, weight=WEIGHTS), "real", "class", {"class_weights": CLASSES}, False),
    ("multilabel_soft_margin", F.multilabel_soft_margin_loss, "real", "label", {}, False),
    (
        "multilabel_soft_margin", partial(F.multilabel_soft_margin_loss, weight=WEIGHTS), "real", "label",
        {"label_weights": CLASSES}, False,
    ),
]


def numbers(kind, generator):
    """Numbers of a kind, which here may be logarithms of probabilities."""
    plain = torch.tensor(array(kind.removeprefix("log_"), generator))
    if kind != "class":
        plain = plain.double()
    return plain.log() if kind.startswith("log_") else plain


def case(name, inputs, options, loss, slopes=("predictions",)):
    """A case with the loss and its derivatives with respect to some inputs."""
    variables = {key: value.clone().requires_grad_(key in slopes) for key, value in inputs.items()}
    value = loss(**variables)
    value.backward()
    gradients = {key: variables[key].grad.tolist() for key in slopes}
    derivatives = {"gradients": gradients} if len(slopes) > 1 else {"gradient": gradients[slopes[0]]}
    request = {key: value.tolist() for key, value in inputs.items()} | {"convention": "pytorch", **options}
    return {"loss": name, "request": request, "expected": {"loss": value.item()} | derivatives}


def sequences(generator):
    """Sequences of different length, whose batch is here the first dimension."""
    inputs = {
        "predictions": torch.tensor([array("real", generator), array("real", generator)]).double(),
        "targets": torch.tensor([[1, 3], [2, 2]]), "lengths": torch.tensor([5, 4]), "target_lengths": torch.tensor([1, 2]),
    }

    def loss(predictions, targets, lengths, target_lengths):
        return F.ctc_loss(predictions.transpose(0, 1).log_softmax(-1), targets, lengths, target_lengths)

    return case("ctc", inputs, {}, loss)


def main():
    cases = []
    for name, loss, predicted, true, options, weighs in LOSSES:
        generator = random.Random(f"{name} {true} {options}")
        inputs = {"predictions": numbers(predicted, generator), "targets": numbers(true, generator)}
        cases.append(case(name, inputs, options, lambda predictions, targets: loss(predictions, targets)))
        if weighs:
            weights = torch.tensor(array("positive", generator)).double()
            weighted = lambda predictions, targets: loss(predictions, targets, weight=weights)
            cases.append(case(name, inputs, options | {"weights": weights.tolist()}, weighted))
    generator = random.Random("gaussian_nll")
    kinds = {"mean": "real", "variance": "positive", "targets": "real"}
    inputs = {key: numbers(kind, generator) for key, kind in kinds.items()}
    for full in (False, True):
        loss = lambda mean, variance, targets: F.gaussian_nll_loss(mean, targets, variance, full=full)
        cases.append(case("gaussian_nll", inputs, {"full": full}, loss, ("mean", "variance")))
    generator = random.Random("triplet_margin")
    inputs = {key: numbers("real", generator) for key in ("anchor", "positive", "negative")}
    for swap in (False, True):
        loss = lambda anchor, positive, negative: F.triplet_margin_loss(anchor, positive, negative, swap=swap)
        cases.append(case("triplet_margin", inputs, {"swap": swap}, loss, tuple(inputs)))
    # The labels that apply, as PyTorch lists them.
    generator = random.Random("multilabel_margin")
    inputs = {"predictions": numbers("real", generator), "targets": numbers("label", generator)}
    indices = [[k for k, y in enumerate(row) if y] for row in inputs["targets"].tolist()]
    padded = torch.tensor([row + [-1] * (len(inputs["targets"][0]) - len(row)) for row in indices])
    loss = lambda predictions, targets: F.multilabel_margin_loss(predictions, padded)
    cases.append(case("multilabel_margin", inputs, {}, loss))
    cases.append(sequences(random.Random("ctc")))
    write("pytorch", torch.__version__.split("+")[0], cases)


if __name__ == "__main__":
    main()
