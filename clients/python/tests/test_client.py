# SPDX-License-Identifier: Apache-2.0
"""Losses, penalties and the catalogue, compared with the service's own JSON."""

from __future__ import annotations

import json
import math
import urllib.request
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pandas as pd
import polars as pl
import pytest

import loss_server
from loss_server import LossClient, LossServerError


def in_json(client: LossClient, path: str, body: dict[str, Any]) -> Any:
    """The result of a request in JSON, without the client."""
    request = urllib.request.Request(client.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def test_the_result_is_that_of_json(client: LossClient) -> None:
    random = np.random.default_rng(1)
    predictions, targets, weights = random.normal(size=(3, 20, 3)) ** 2
    outputs = ["loss", "gradient", "hessian", "elements", "statistics"]
    options: dict[str, Any] = {"delta": 0.3, "reduction": "element_mean", "outputs": outputs}
    result = client.loss("huber", predictions=predictions, targets=targets, weights=weights, **options)
    lists = {"predictions": predictions.tolist(), "targets": targets.tolist(), "weights": weights.tolist()}
    expected = in_json(client, "/v1/losses/huber", lists | options)
    assert result.loss == expected["loss"]
    assert result.normalizer == expected["normalizer"] == 60
    for name in ("gradient", "hessian", "elements"):
        np.testing.assert_array_equal(getattr(result, name), expected[name])
    assert result.statistics is not None
    assert result.statistics.standard_error == expected["statistics"]["standard_error"]
    assert result.statistics.greatest is not None
    assert list(result.statistics.greatest.place) == expected["statistics"]["greatest"]["place"]
    assert repr(result).startswith("LossResult(loss=")
    assert "prox" not in repr(result)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16, np.int64, np.uint8, bool])
def test_numbers_of_every_type_are_exact(client: LossClient, dtype: Any) -> None:
    predictions = np.linspace(0, 1, 11).astype(dtype)
    result = client.loss("squared_error", predictions=predictions, targets=np.zeros(11))
    assert result.loss == pytest.approx(math.fsum(predictions.astype(float) ** 2) / 11, rel=1e-15)


def test_scalars_options_and_lists(client: LossClient) -> None:
    result = client.loss(
        "cross_entropy",
        predictions=[[0.2, 0.8], [0.5, 0.5]],
        targets=[1, 0],
        class_weights=[1, 3],
        from_logits=True,
        label_smoothing=0.1,
        normalizer=np.float32(2),
        outputs=("loss",),
    )
    body = {
        "predictions": [[0.2, 0.8], [0.5, 0.5]], "targets": [1, 0], "class_weights": [1, 3], "from_logits": True,
        "label_smoothing": 0.1, "normalizer": 2, "outputs": ["loss"],
    }  # fmt: skip
    assert result.loss == in_json(client, "/v1/losses/cross_entropy", body)["loss"]
    assert result.gradient is None
    assert client.loss("huber", predictions=3.0, targets=1).loss == 1.5


def test_missing_values(client: LossClient) -> None:
    for missing in (None, math.nan):
        result = client.loss("huber", predictions=[1.0, missing], targets=[0.0, 0.0], missing="skip")
        assert (result.loss, result.skipped) == (0.5, 1)
        assert result.gradient is not None
        assert result.gradient.tolist() == [1, 0]
    with pytest.raises(LossServerError) as caught:
        client.loss("huber", predictions=[1.0, None], targets=[0.0, 0.0])
    assert caught.value.pointer == "/predictions/1"


def test_results_in_single_precision(client: LossClient) -> None:
    result = client.loss("squared_error", predictions=[0.1], targets=[0.0], dtype="f32")
    assert result.gradient is not None
    assert result.gradient.dtype == np.float32
    assert result.gradient[0] == np.float32(0.2)


def test_no_reduction_gives_an_array(client: LossClient) -> None:
    result = client.loss("squared_error", predictions=[1.0, 2.0], targets=[0.0, 0.0], reduction="none")
    assert isinstance(result.loss, np.ndarray)
    assert result.loss.tolist() == [1, 4]


def test_several_inputs_are_differentiated(client: LossClient) -> None:
    inputs: dict[str, Any] = {"mean": [1.0], "variance": [2.0], "targets": [0.0]}
    result = client.loss("gaussian_nll", **inputs, outputs=["gradient", "hessian"], gradient_of=["mean", "targets"])
    assert result.gradients is not None
    assert result.hessians is not None
    assert {name: array.tolist() for name, array in result.gradients.items()} == {"mean": [0.5], "targets": [-0.5]}
    assert list(result.hessians) == ["mean", "targets"]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames(client: LossClient, frame: Any) -> None:
    data = frame({"score": [0.2, 1.7, None], "targets": [0.0, 1.5, 0.0], "other": ["a", "b", "c"]})
    result = client.loss("huber", data, columns={"predictions": "score"}, missing="skip", delta=0.5)
    assert result.loss == client.loss("huber", predictions=[0.2, 1.7], targets=[0.0, 1.5], delta=0.5).loss
    with pytest.raises(ValueError, match="'other', which is not a field"):
        client.loss("huber", data.rename(columns={"score": "predictions"}) if frame is pd.DataFrame
                    else data.rename({"score": "predictions"}))  # fmt: skip


def test_columns_of_classes_and_weights(client: LossClient) -> None:
    data = pl.DataFrame(
        {"predictions_0": [0.2, 0.5], "predictions_1": [0.8, 0.5], "targets": [1, 0], "weights": [1, 3]}
    )
    expected = client.loss("cross_entropy", predictions=[[0.2, 0.8], [0.5, 0.5]], targets=[1, 0], weights=[1, 3])
    assert client.loss("cross_entropy", data).loss == expected.loss
    with pytest.raises(TypeError, match="columns needs a table"):
        client.loss("huber", columns={"predictions": "score"})


def test_penalties(client: LossClient) -> None:
    result = client.penalty("l1", [3.0, -4.0], strength=0.5, outputs=["loss", "gradient", "prox"], step=2)
    assert result.loss == 3.5
    assert result.gradient is not None
    assert result.gradient.tolist() == [0.5, -0.5]
    assert result.prox is not None
    assert result.prox.tolist() == [2, -3]
    single = client.penalty("l2", [0.1], dtype="f32").gradient
    assert single is not None
    assert single.dtype == np.float32
    both = client.loss(
        "squared_error",
        predictions=[1.0, None],
        targets=[0.0, 0.0],
        missing="skip",
        regularization=[{"penalty": "l1", "parameters": np.array([3.0, -4.0]), "strength": 0.5}],
    )
    assert (both.loss, both.data_loss) == (4.5, 1)
    assert both.regularization is not None
    assert both.regularization[0]["gradient"] == [0.5, -0.5]


def test_conventions_are_stated(client: LossClient) -> None:
    result = client.loss("huber", predictions=[1.0], targets=[0.0], convention="keras")
    assert result.convention is not None
    assert result.convention["reduction"] == "element_mean"


def test_errors_show_what_would_be_accepted(client: LossClient) -> None:
    with pytest.raises(LossServerError) as caught:
        client.loss("bce", predictions=[5.0], targets=[1.0])
    error = caught.value
    assert (error.status, error.type, error.pointer) == (422, "outside-domain", "/predictions/0")
    assert error.allowed == ("a number in [0, 1]",)
    assert error.request_id
    assert str(error) == (
        "422 outside-domain: predictions[0] is 5, but must be a number in [0, 1]. It would be accepted with "
        '"from_logits": true.\n  pointer: /predictions/0\n  allowed: a number in [0, 1]'
    )
    many = LossServerError("one of many", allowed=tuple(map(str, range(30))))
    assert str(many).endswith("18, 19 and 10 more")
    with pytest.raises(LossServerError, match='Did you mean "huber"'):
        client.loss("hubr", predictions=[5.0], targets=[1.0])
    with pytest.raises(LossServerError, match='Did you mean "delta"'):
        client.loss("huber", predictions=[5.0], targets=[1.0], deta=1.0, regularization=[])


def test_the_catalogue(client: LossClient) -> None:
    names = [loss["name"] for loss in client.losses()]
    assert "huber" in names
    binary = client.losses(family="binary", property=["convex", "differentiable"])
    assert 0 < len(binary) < len(names)
    assert client.losses(task="binary", convex=True, differentiable=True) == binary
    assert [penalty["name"] for penalty in client.penalties()][:2] == ["l1", "l2"]
    assert {"f1", "roc_auc"} <= {metric["name"] for metric in client.metrics()}
    assert client.describe("mse")["name"] == "squared_error"
    assert client.schema("huber")["properties"]["delta"]
    assert client.examples("huber")["examples"]
    assert client.is_ready()


def test_every_example_of_the_catalogue(client: LossClient) -> None:
    """The client's own encoding gives the stated result for every loss."""
    count = 0
    for loss in client.losses():
        for example in client.examples(loss["name"])["examples"]:
            result = client.loss(loss["name"], **example["request"])
            assert result.loss == pytest.approx(example["response"]["loss"], rel=1e-12, nan_ok=True), loss["name"]
            count += 1
    assert count > 100


def test_the_version_is_that_of_the_server() -> None:
    release = Path(__file__).parents[3] / "Sources" / "LossAPI" / "Release.swift"
    assert f'version = "{loss_server.__version__}"' in release.read_text()
