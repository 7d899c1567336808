# SPDX-License-Identifier: Apache-2.0
"""Losses of tables that Spark, Dask or Ray hold in parts: the same bits as in one request."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loss_server import LossClient, LossServerError, Merged
from loss_server.engines import _Sums, dask_loss, ray_loss, spark_loss

COLUMNS = {"predictions": "score", "targets": "price", "weights": "importance", "groups": "city"}
SOURCE = str(Path(__file__).parents[1] / "src")


def table(count: int = 5000) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "row": np.arange(count),
            "city": random.choice(["Oslo", "Rome", "Århus"], count),
            "score": random.normal(size=count) * 10.0 ** random.integers(-8, 8, count),
            "price": random.normal(size=count),
            "importance": random.uniform(0.5, 2, count),
        }
    )


def whole(client: LossClient) -> Merged:
    partial = client.loss("huber", table(), columns=COLUMNS, outputs=["partial"], delta=0.5).partial
    assert partial is not None
    return client.merge(partial)


def test_runs_of_rows_and_empty_parts(client: LossClient) -> None:
    sums = _Sums(client, "huber", COLUMNS, "row", {"delta": 0.5})
    shuffled = table().iloc[[*range(3000, 5000), *range(500, 3000), *range(500)]]
    texts = sums.texts(shuffled)
    assert len(texts) == 3
    assert sums.texts(shuffled[:0]) == []
    assert sums.united([[], texts[:1]]) == texts[:1]
    assert sums.merged(sums.united([texts[:2], [], texts[2:]]), "mean", None) == whole(client)
    without = _Sums(client, "huber", COLUMNS, None, {"delta": 0.5})
    merged = without.merged(without.texts(shuffled), "mean", None)
    assert merged.loss == whole(client).loss
    assert merged.statistics is not None
    assert merged.statistics.greatest is None


@pytest.mark.engines
@pytest.mark.filterwarnings("default")
def test_dask(client: LossClient) -> None:
    frames: Any = pytest.importorskip("dask.dataframe")
    frame = frames.from_pandas(table(), npartitions=20)
    assert dask_loss(client, "huber", frame, columns=COLUMNS, index="row", delta=0.5) == whole(client)
    with pytest.raises(LossServerError, match="delta"):
        dask_loss(client, "huber", frame, columns=COLUMNS, delta=-1)


@pytest.mark.engines
@pytest.mark.filterwarnings("default")
def test_ray(client: LossClient) -> None:
    ray: Any = pytest.importorskip("ray")
    environment = {"env_vars": {"PYTHONPATH": SOURCE}}
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=environment)
    try:
        dataset = ray.data.from_pandas(table())
        merged = ray_loss(client, "huber", dataset, columns=COLUMNS, index="row", batch_size=700, delta=0.5)
        assert merged == whole(client)
    finally:
        ray.shutdown()


@pytest.mark.engines
@pytest.mark.filterwarnings("default")
def test_spark(client: LossClient, monkeypatch: pytest.MonkeyPatch) -> None:
    sql: Any = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([SOURCE, *sys.path]))
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    with builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 700).getOrCreate() as spark:
        frame = spark.createDataFrame(table()).repartition(4)
        merged = spark_loss(client, "huber", frame, columns=COLUMNS, delta=0.5)
        assert merged.loss == whole(client).loss
        assert [group.loss for group in merged.groups] == [group.loss for group in whole(client).groups]
        ordered = spark.createDataFrame(table()).coalesce(2)
        assert spark_loss(client, "huber", ordered, columns=COLUMNS, index="row", delta=0.5) == whole(client)
