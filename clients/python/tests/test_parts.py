# SPDX-License-Identifier: Apache-2.0
"""Requests in parts, and merged partial sums: the same bits as in one request."""

from __future__ import annotations

import dataclasses
import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import loss_server
from loss_server import LossClient, LossResult, LossServerError, Retries
from loss_server.parts import Cut
from loss_server.requests import Fields

#: A limit that cuts the data of the tests into a few dozen parts.
LIMIT = 6000


@pytest.fixture(scope="module")
def small(server: loss_server.Server) -> Iterator[LossClient]:
    """A client that cuts requests."""
    with server.client(body_bytes=LIMIT) as client:
        yield client


def assert_same(ours: LossResult, whole: LossResult) -> None:
    """Compares two results bit by bit."""
    for field in dataclasses.fields(LossResult):
        one, other = getattr(ours, field.name), getattr(whole, field.name)
        if isinstance(other, dict) and field.name in ("gradients", "hessians"):
            assert list(one) == list(other)
            for name in other:
                np.testing.assert_array_equal(one[name], other[name], err_msg=field.name)
        elif isinstance(other, np.ndarray):
            np.testing.assert_array_equal(one, other, err_msg=field.name)
        else:
            assert one == other, field.name


def elements(shape: tuple[int, ...], seed: int = 0) -> dict[str, Any]:
    """Predictions and targets over many decades, whose plain sums would depend on the order."""
    random = np.random.default_rng(seed)
    scale = 10.0 ** random.integers(-8, 8, shape)
    return {"predictions": random.normal(size=shape) * scale, "targets": random.normal(size=shape)}


ALL = ["loss", "gradient", "hessian", "elements", "statistics", "partial"]


@pytest.mark.parametrize(
    "reduction", [None, "mean", "sum", "none", "element_mean", "batch_mean", "batchmean", "mean_of_sums", "token-mean"]
)
@pytest.mark.parametrize("shape", [(1501,), (407, 5), (97, 3, 7)])
def test_losses_of_elements(
    client: LossClient, small: LossClient, reduction: str | None, shape: tuple[int, ...]
) -> None:
    random = np.random.default_rng(1)
    fields = {
        **elements(shape),
        "weights": random.integers(0, 4, shape[:1]) * random.uniform(0.1, 1, shape[:1]),
        "mask": random.integers(0, 2, shape),
        "reduction": reduction,
        "delta": 0.5,
        "outputs": ALL,
    }
    assert_same(small.loss("huber", **fields), client.loss("huber", **fields))


def test_missing_values_and_normalizer(client: LossClient, small: LossClient) -> None:
    fields = elements((2000,))
    fields["targets"][::7] = np.nan
    fields |= {"missing": "skip", "outputs": ALL}
    assert_same(small.loss("squared_error", **fields), client.loss("squared_error", **fields))
    fields |= {"normalizer": 123.0, "convention": "pytorch"}
    assert_same(small.loss("squared_error", **fields), client.loss("squared_error", **fields))


def test_conventions_and_single_precision(client: LossClient, small: LossClient) -> None:
    for convention in ("keras", "pytorch", "optax", "lightgbm"):
        fields = {**elements((2000,)), "convention": convention, "outputs": ["loss", "gradient"], "dtype": "f32"}
        assert_same(small.loss("huber", **fields), client.loss("huber", **fields))
    fields["reduction"] = "batchmean"
    assert_same(small.loss("huber", **fields), client.loss("huber", **fields))
    # A name may imply the convention.
    random = np.random.default_rng(1)
    probabilities = {"predictions": random.uniform(size=2000), "targets": np.arange(2000) % 2}
    probabilities["weights"] = random.uniform(size=2000)
    assert_same(small.loss("BCELoss", **probabilities), client.loss("BCELoss", **probabilities))


def test_means_that_count_classes(client: LossClient, small: LossClient) -> None:
    rows = np.random.default_rng(1).dirichlet(np.ones(3), 500)
    fields = {"predictions": np.log(rows), "targets": rows[::-1]}
    for name, others in (("KLDivLoss", {}), ("kl_divergence", {"convention": "pytorch", "log_predictions": True})):
        assert_same(small.loss(name, **fields, **others), client.loss(name, **fields, **others))
    reduction = {"reduction": "batchmean"}
    assert_same(small.loss("KLDivLoss", **fields, **reduction), client.loss("KLDivLoss", **fields, **reduction))


def test_parts_of_a_part(client: LossClient, small: LossClient) -> None:
    fields = {**elements((600, 3)), "offset": 1000, "groups": np.arange(600) % 3, "outputs": ALL}
    assert_same(small.loss("huber", **fields), client.loss("huber", **fields))
    fields |= {"reduction": "none"}
    assert_same(small.loss("huber", **fields), client.loss("huber", **fields))


def test_parts_with_nothing_to_average(client: LossClient, small: LossClient) -> None:
    for reduction in ("mean", "batch_mean", "element_mean"):
        mask = np.zeros(2000, bool)
        mask[1234:1240] = True
        fields = {**elements((2000,)), "mask": mask, "reduction": reduction, "outputs": ALL}
        assert_same(small.loss("huber", **fields), client.loss("huber", **fields))
        fields["mask"] = mask & False
        with pytest.raises(LossServerError, match="nothing to average"):
            small.loss("huber", **fields)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_of_rows(client: LossClient, small: LossClient, reduction: str) -> None:
    random = np.random.default_rng(2)
    fields: dict[str, Any] = {
        "predictions": random.normal(size=(300, 4, 3)).astype(np.float32),
        "targets": random.integers(0, 3, (300, 4)),
        "weights": random.uniform(size=(300, 4)),
        "class_weights": [1.0, 2.0, 0.5],
        "from_logits": True,
        "reduction": reduction,
        "outputs": ALL,
    }
    assert_same(small.loss("cross_entropy", **fields), client.loss("cross_entropy", **fields))
    fields["predictions"] = np.moveaxis(fields["predictions"], 2, 1)
    fields |= {"axis": 1, "class_weights": None, "outputs": ["loss", "gradient", "link"]}
    assert_same(small.loss("cross_entropy", **fields), client.loss("cross_entropy", **fields))


def test_levels_along_an_axis(client: LossClient, small: LossClient) -> None:
    fields = {**elements((300, 5)), "tau": [0.1, 0.25, 0.5, 0.75, 0.9], "outputs": ALL}
    assert_same(small.loss("pinball", **fields), client.loss("pinball", **fields))
    fields["axis"] = -1
    assert_same(small.loss("pinball", **fields), client.loss("pinball", **fields))


def test_losses_of_segments_and_several_inputs(client: LossClient, small: LossClient) -> None:
    random = np.random.default_rng(3)
    ensemble: dict[str, Any] = {
        "predictions": random.normal(size=(500, 5)),
        "targets": random.normal(size=500),
        "outputs": ALL[:2],
    }
    assert_same(small.loss("crps_ensemble", **ensemble), client.loss("crps_ensemble", **ensemble))
    normal: dict[str, Any] = {
        "mean": random.normal(size=2000),
        "variance": random.uniform(1, 2, 2000),
        "targets": np.zeros(2000),
    }
    assert_same(small.loss("gaussian_nll", **normal), client.loss("gaussian_nll", **normal))
    chosen = {**normal, "gradient_of": ["targets"], "outputs": ["gradient"], "reduction": "sum"}
    assert_same(small.loss("gaussian_nll", **chosen), client.loss("gaussian_nll", **chosen))


def test_groups(client: LossClient, small: LossClient) -> None:
    random = np.random.default_rng(4)
    keys = random.choice(["Oslo", "Rome", "Århus", "a"], 2000)
    fields = {**elements((2000,)), "groups": keys, "outputs": ["partial"]}
    ours = small.loss("huber", **fields).partial
    assert ours is not None
    assert ours == client.loss("huber", **fields).partial
    assert [group["group"] for group in ours["groups"]] == sorted(set(keys), key=str.encode)
    merged = client.merge([ours])
    for group in merged.groups:
        part = {name: value[keys == group.group] for name, value in elements((2000,)).items()}
        assert group.loss == client.loss("huber", **part).loss
        assert group.count == np.sum(keys == group.group)
    numbers = np.unique(keys, return_inverse=True)[1]
    by_number = client.loss("huber", **{**fields, "groups": numbers}).partial
    assert by_number is not None
    assert [group["group"] for group in by_number["groups"]] == ["0", "1", "2", "3"]


def test_a_server_with_a_smaller_limit(client: LossClient, executable: str | None) -> None:
    fields: dict[str, Any] = {**elements((5000,)), "outputs": ALL}
    with loss_server.serve(executable, body_bytes="4KiB") as server:
        once = server.client(retries=Retries(tries=1))
        assert_same(once.loss("huber", **fields), client.loss("huber", **fields))


def test_what_cannot_be_cut_says_why(executable: str | None) -> None:
    random = np.random.default_rng(5)
    with loss_server.serve(executable, body_bytes="4KiB") as server:
        client = server.client()

        def hint(loss: str, **fields: Any) -> str:
            with pytest.raises(LossServerError) as caught:
                client.loss(loss, **fields)
            assert caught.value.status == 413
            return caught.value.hint or ""

        embeddings = {"embeddings": random.normal(size=(200, 8)), "labels": np.arange(200)}
        assert "nt_xent compares rows with each other" in hint("nt_xent", **embeddings)
        assert "reduction mean_of_means" in hint("huber", **elements((900, 2)), reduction="mean_of_means")
        unequal = {"predictions": np.ones(2000), "targets": np.ones(1999)}
        assert "targets has the shape (1999,), predictions (2000,)" in hint("huber", **unequal)
        penalty = [{"penalty": "l2", "parameters": [1.0]}]
        assert "penalties belong to the whole" in hint("huber", **elements((2000,)), regularization=penalty)
        with pytest.raises(LossServerError, match="413"):
            client.penalty("l2", np.ones(2000))


def test_groups_beyond_the_limit_are_not_cut(executable: str | None) -> None:
    with loss_server.serve(executable, groups=3) as server, pytest.raises(LossServerError) as caught:
        server.client(body_bytes=LIMIT).loss("huber", **elements((2000,)), groups=np.arange(2000), outputs=["partial"])
    assert caught.value.type == "too-many-groups"


def test_the_place_of_an_error_is_that_in_the_whole(small: LossClient) -> None:
    fields = elements((2000,))
    fields["targets"][1500] = np.nan
    with pytest.raises(LossServerError) as caught:
        small.loss("huber", **fields)
    assert caught.value.pointer == "/targets/1500"
    assert "sent in parts" in str(caught.value)


@pytest.mark.parametrize("operation", ["sum", "mean"])
def test_tokens_of_responses(client: LossClient, small: LossClient, operation: str) -> None:
    random = np.random.default_rng(4)
    fields: dict[str, Any] = {
        name: -random.exponential(size=(203, 7))
        for name in ("chosen", "rejected", "reference_chosen", "reference_rejected")
    }
    fields["reference_rejected"] = fields["reference_rejected"].sum(axis=1)
    fields["chosen_mask"] = random.random((203, 7)) < 0.8
    fields["chosen_mask"][:, 0] = True
    fields["chosen"][~fields["chosen_mask"]] = np.nan
    fields |= {"log_probability": operation, "outputs": ["loss", "gradient", "elements", "statistics"]}
    assert_same(small.loss("dpo", **fields), client.loss("dpo", **fields))


def test_sequences_with_lengths_are_not_cut(client: LossClient) -> None:
    random = np.random.default_rng(5)
    fields: dict[str, Any] = {name: -random.exponential(size=2000) for name in ("logprobs", "old_logprobs")}
    fields |= {"advantages": [1.0, -0.5, 2.0], "lengths": [1500, 0, 500]}
    assert Cut.of(Fields.of(fields), client.describe("ppo")) == "the sequences of lengths are not cut"
    result = client.loss("ppo", **fields)
    assert isinstance(result.gradient, np.ndarray)
    assert result.gradient.shape == (2000,)


def test_scalars_are_not_cut(client: LossClient) -> None:
    facts = client.describe("huber")
    assert Cut.of(Fields.of({"predictions": 1.0, "targets": 2.0}), facts) == (
        "the arrays have no dimension along which to cut them"
    )


def test_partial_sums_merge_in_any_way(client: LossClient, server: loss_server.Server) -> None:
    random = np.random.default_rng(6)
    data = elements((3000,))
    whole = client.loss("huber", **data, outputs=["loss", "statistics", "partial"])
    assert whole.partial is not None
    for _ in range(5):
        cuts = np.sort(random.choice(np.arange(1, 3000), 29, replace=False))
        bounds = [0, *cuts.tolist(), 3000]
        partials = []
        for start, stop in itertools.pairwise(bounds):
            part = {name: array[start:stop] for name, array in data.items()}
            partials.append(client.loss("huber", **part, outputs=["partial"], offset=start).partial)
        order = random.permutation(len(partials))
        shuffled: list[Any] = [partials[place] for place in order]
        shuffled[0] = json.dumps(shuffled[0], indent=1)
        # A small limit merges in several steps.
        for each in (client, server.client(body_bytes=4000)):
            merged = each.merge(shuffled, outputs=["loss", "statistics", "partial"])
            assert merged.loss == whole.loss
            assert merged.statistics == whole.statistics
            assert merged.partial == whole.partial
    assert client.merge(whole.partial).loss == whole.loss
    assert client.merge([whole.partial], reduction="sum").loss == client.loss("huber", **data, reduction="sum").loss
    assert client.merge([whole.partial], normalizer=7).normalizer == 7


def test_unlike_partial_sums_are_refused(client: LossClient) -> None:
    partials = [
        client.loss("huber", predictions=[1.0], targets=[0.0], delta=delta, outputs=["partial"]).partial
        for delta in (1.0, 2.0)
    ]
    with pytest.raises(LossServerError) as caught:
        client.merge([partial for partial in partials if partial is not None])
    assert (caught.value.status, caught.value.type) == (409, "unlike-partials")
    with pytest.raises(LossServerError):
        client.merge([])


def test_progress_is_shown(small: LossClient, server: loss_server.Server, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    fields = elements((2000,))
    small.loss("huber", **fields)
    assert capfd.readouterr().err == ""
    server.client(body_bytes=LIMIT, progress=True).loss("huber", **fields)
    assert "rows/s" in capfd.readouterr().err


def test_parts_are_sent_from_several_threads(small: LossClient, client: LossClient) -> None:
    fields = elements((2000,))
    expected = client.loss("huber", **fields)
    results: list[LossResult] = []
    threads = [threading.Thread(target=lambda: results.append(small.loss("huber", **fields))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        assert_same(result, expected)
