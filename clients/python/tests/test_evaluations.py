# SPDX-License-Identifier: Apache-2.0
"""Evaluations, objectives and checks of gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import loss_server
from loss_server import LossClient, LossServerError


def table(count: int = 1000) -> dict[str, Any]:
    random = np.random.default_rng(0)
    score = random.uniform(size=count).astype(np.float32)
    return {
        "score": score,
        "label": (random.uniform(size=count) < score).astype(np.int8),
        "city": random.choice(["Oslo", "Rome", "Århus"], count),
        "importance": random.uniform(0.5, 2, count),
    }


COLUMNS = {"predictions": "score", "targets": "label", "groups": "city", "weights": "importance"}
LOSSES: list[Any] = ["binary_cross_entropy", {"loss": "brier", "name": "b", "reduction": "sum"}]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, dict])
def test_losses_and_metrics_by_group(client: LossClient, make: Any) -> None:
    data = table()
    evaluation = client.evaluate(make(data), columns=COLUMNS, losses=LOSSES, metrics=["accuracy"])
    inputs = {"predictions": data["score"], "targets": data["label"], "weights": data["importance"]}
    assert evaluation["binary_cross_entropy"] == client.loss("binary_cross_entropy", **inputs).loss
    assert evaluation["b"] == client.loss("brier", **inputs, reduction="sum").loss
    hits = (data["score"] > 0.5) == data["label"]
    assert evaluation["accuracy"] == pytest.approx(np.average(hits, weights=data["importance"]), rel=1e-12)
    assert [group["group"] for group in evaluation.groups] == ["Oslo", "Rome", "Århus"]
    for group in evaluation.groups:
        part = {name: values[data["city"] == group["group"]] for name, values in inputs.items()}
        assert group["losses"][0]["value"] == client.loss("binary_cross_entropy", **part).loss
    with pytest.raises(KeyError, match="huber"):
        evaluation["huber"]


def test_rows_for_a_frame(client: LossClient) -> None:
    evaluation = client.evaluate(table(), columns=COLUMNS, losses=LOSSES[:1], metrics=["accuracy"])
    rows = pd.DataFrame(evaluation.rows())
    assert len(rows) == 2 * (1 + 3)
    assert rows["group"].isna().sum() == 2
    losses = rows[rows["name"] == "binary_cross_entropy"]
    assert (losses["lower"] < losses["value"]).all()
    assert (losses["value"] < losses["upper"]).all()
    assert losses["standard_error"].notna().all()


def test_a_baseline_and_the_worst(client: LossClient) -> None:
    random = np.random.default_rng(1)
    targets = random.normal(size=50)
    predictions, others = targets + random.normal(size=(2, 50))
    evaluation = client.evaluate(
        predictions=predictions,
        targets=targets,
        losses=["squared_error"],
        baseline={"predictions": others},
        worst=3,
        confidence=0.9,
    )
    (loss,) = evaluation.losses
    assert loss["baseline"]["value"] == client.loss("squared_error", predictions=others, targets=targets).loss
    errors = (predictions - targets) ** 2
    assert [each["place"][0] for each in loss["worst"]] == np.argsort(-errors)[:3].tolist()


def test_missing_values_are_skipped(client: LossClient) -> None:
    evaluation = client.evaluate(
        predictions=[1.0, None, 3.0], targets=[0.0, 0.0, 1.0], losses=["squared_error"], missing="skip"
    )
    assert evaluation["squared_error"] == 2.5
    alone = client.evaluate(predictions=[1.0], targets=[0.0], losses="mse", metrics={"metric": "mae", "name": "m"})
    # Results have the names that were typed.
    assert (alone["mse"], alone["m"]) == (1, 1)


def test_an_undefined_metric_has_a_reason(client: LossClient) -> None:
    evaluation = client.evaluate(predictions=[0.2, 0.7], targets=[1, 1], metrics=["roc_auc"])
    assert evaluation["roc_auc"] is None
    assert evaluation.rows()[0]["reason"]


def test_errors_of_evaluations(client: LossClient) -> None:
    with pytest.raises(LossServerError, match="f1"):
        client.evaluate(predictions=[0.2], targets=[1], metrics=["f1_scor"])
    with pytest.raises(ValueError, match="missing keys"):
        client.evaluate(predictions=[0.2], targets=[1], losses=["brier"], groups=[None])
    with pytest.raises(TypeError, match="columns needs a table"):
        client.evaluate(columns=COLUMNS)


def test_an_evaluation_beyond_the_limit(executable: str | None) -> None:
    with loss_server.serve(executable, body_bytes="4KiB") as server, pytest.raises(LossServerError) as caught:
        server.client().evaluate(table(), columns=COLUMNS, losses=LOSSES)
    assert "--body-bytes" in (caught.value.hint or "")


def test_an_objective(client: LossClient) -> None:
    inputs = {"mu": np.array([0.2, 1.7]), "y": [0.0, 1.5], "w": [0.5, -1.2]}
    objective = client.objective(
        inputs,
        [
            {"loss": "huber", "inputs": {"predictions": "mu", "targets": "y"}, "coefficient": 0.5, "delta": 0.1},
            {"loss": "log_cosh", "inputs": {"predictions": "mu", "targets": "y"}},
        ],
        [{"penalty": "l2", "parameters": "w", "strength": 0.1}],
    )
    pair = {"predictions": inputs["mu"], "targets": inputs["y"]}
    huber, log_cosh = client.loss("huber", **pair, delta=0.1), client.loss("log_cosh", **pair)
    penalty = client.penalty("l2", inputs["w"], strength=0.1)
    assert huber.loss is not None
    assert log_cosh.loss is not None
    assert penalty.loss is not None
    assert huber.gradient is not None
    assert log_cosh.gradient is not None
    assert [term["value"] for term in objective.terms] == [huber.loss, log_cosh.loss]
    assert objective.objective == pytest.approx(0.5 * huber.loss + log_cosh.loss + penalty.loss, rel=1e-15)
    np.testing.assert_allclose(
        objective.gradients["mu"], 0.5 * huber.gradient + log_cosh.gradient, rtol=1e-15, atol=1e-17
    )
    np.testing.assert_array_equal(objective.gradients["w"], penalty.gradient)
    assert [each["value"] for each in objective.penalties] == [penalty.loss]
    del inputs["w"]
    only = client.objective(
        inputs, [{"loss": "huber", "inputs": {"predictions": "mu", "targets": "y"}}], gradient_of=["mu"]
    )
    assert list(only.gradients) == ["mu"]


def test_a_check_of_a_gradient(client: LossClient) -> None:
    inputs = {"predictions": np.array([0.2, 1.7, 3.0]), "targets": np.array([0.0, 1.5, 0.0])}
    result = client.loss("huber", **inputs, outputs=["gradient", "hessian"])
    assert result.gradient is not None
    assert result.hessian is not None
    check = client.check("huber", **inputs, gradient=result.gradient, hessian=result.hessian)
    assert check.agreement == "equal"
    assert client.check("huber", **inputs, gradient=result.gradient.astype(np.float32)).agreement == "float32"
    wrong = client.check("huber", **inputs, gradient=2 * result.gradient).gradient
    assert wrong is not None
    assert wrong.worst is not None
    assert (wrong.agreement, wrong.count, wrong.factor) == ("different", 3, 2)
    assert wrong.worst["given"] == 2 * wrong.worst["expected"]


def test_a_check_of_a_penalty(client: LossClient) -> None:
    parameters = np.array([0.5, -1.0])
    gradient = client.penalty("l2", parameters, strength=0.1).gradient
    assert gradient is not None
    assert client.check_penalty("l2", parameters, strength=0.1, gradient=gradient).agreement == "equal"
    twice = client.check_penalty("l2", parameters, strength=0.1, gradient=2 * gradient).gradient
    assert twice is not None
    assert twice.factor == 2


def test_a_check_by_input(client: LossClient) -> None:
    inputs = {"mean": np.array([1.0, 2.0]), "variance": np.array([2.0, 0.5]), "targets": np.zeros(2)}
    gradients = client.loss("gaussian_nll", **inputs).gradients
    assert gradients is not None
    check = client.check("gaussian_nll", **inputs, gradient=gradients)
    assert check.gradient is None
    assert {name: each.agreement for name, each in check.gradients.items()} == {"mean": "equal", "variance": "equal"}
    with pytest.raises(LossServerError, match="given by input"):
        client.check("gaussian_nll", **inputs, gradient=gradients["mean"])
