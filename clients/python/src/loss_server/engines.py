# SPDX-License-Identifier: Apache-2.0
"""A loss of a table that an engine holds in parts: Spark, Dask or Ray.

Each part is a request for exact partial sums, which are data of its task: an engine that runs a task twice keeps one of
the results. The merged loss has the same bits as one request with all rows, however the table is cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .client import LossClient
from .results import Merged

#: The partial sums that one task of Dask merges.
_BRANCHES = 8


@dataclass(frozen=True)
class _Sums:
    """The function that tasks run; it is sent to other processes."""

    client: LossClient
    loss: str
    columns: Mapping[str, str | Sequence[str]]
    index: str | None
    options: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """The columns that are read."""
        names = [] if self.index is None else [self.index]
        for wanted in self.columns.values():
            names += [wanted] if isinstance(wanted, str) else wanted
        return list(dict.fromkeys(names))

    def texts(self, table: Any) -> list[str]:
        """The partial sums of a table of pandas, one for each run of consecutive rows."""
        if len(table) == 0:
            return []
        if self.index is None:
            return [self._text(table, 0)]
        rows = table[self.index].to_numpy()
        starts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist()]
        stops = [*starts[1:], len(rows)]
        return [self._text(table.iloc[start:stop], int(rows[start])) for start, stop in zip(starts, stops, strict=True)]

    def _text(self, table: Any, offset: int) -> str:
        result = self.client.loss(
            self.loss, table, columns=self.columns, outputs=["partial"], offset=offset, **self.options
        )
        return json.dumps(result.partial, separators=(",", ":"))

    def united(self, texts: Iterable[Sequence[str]]) -> list[str]:
        """The partial sum of several lists of them; none of none."""
        several = [text for each in texts for text in each]
        if len(several) < 2:
            return several
        return [json.dumps(self.client.merge(several, outputs=["partial"]).partial, separators=(",", ":"))]

    def merged(self, texts: Iterable[str], reduction: str, normalizer: float | None) -> Merged:
        """The loss of the whole."""
        merged = self.client.merge(texts, reduction=reduction, normalizer=normalizer)
        if self.index is not None or merged.statistics is None:
            return merged
        # Without the index of a row, its place is one in its part.
        return replace(merged, statistics=replace(merged.statistics, least=None, greatest=None))


def spark_loss(
    client: LossClient,
    loss: str,
    frame: Any,
    /,
    *,
    columns: Mapping[str, str | Sequence[str]],
    index: str | None = None,
    reduction: str = "mean",
    normalizer: float | None = None,
    **options: Any,
) -> Merged:
    """Computes a loss of a frame of Spark; each batch of a partition is a request.

    `spark.sql.execution.arrow.maxRecordsPerBatch`, 10,000 by default, is the number of rows of a batch: 100,000 are
    sent faster. The executors need this package, and reach the server by the URL of the client.

    - columns: the column of each input, and of `weights`, `mask` and `groups`.
    - index: a column with the number of each row in the whole; without it the places of the least and the greatest loss
      are not known.
    - reduction, normalizer: as in `LossClient.merge`.
    - options: those of the loss.
    """
    import pandas as pd

    sums = _Sums(client, loss, columns, index, options)

    def send(tables: Iterator[Any]) -> Iterator[Any]:
        for table in tables:
            yield pd.DataFrame({"partial": sums.texts(table)}, dtype="object")

    rows = frame.select(*sums.names).mapInPandas(send, "partial string").collect()
    return sums.merged((row.partial for row in rows), reduction, normalizer)


def dask_loss(
    client: LossClient,
    loss: str,
    frame: Any,
    /,
    *,
    columns: Mapping[str, str | Sequence[str]],
    index: str | None = None,
    reduction: str = "mean",
    normalizer: float | None = None,
    **options: Any,
) -> Merged:
    """Computes a loss of a frame of Dask; each partition is a request, and tasks merge in a tree.

    The arguments are those of `spark_loss`.
    """
    import dask

    sums = _Sums(client, loss, columns, index, options)
    texts, united = dask.delayed(sums.texts), dask.delayed(sums.united)
    level = [united([texts(part)]) for part in frame[sums.names].to_delayed()]
    while len(level) > 1:
        level = [united(level[start : start + _BRANCHES]) for start in range(0, len(level), _BRANCHES)]
    (found,) = dask.compute(*level)
    return sums.merged(found, reduction, normalizer)


def ray_loss(
    client: LossClient,
    loss: str,
    dataset: Any,
    /,
    *,
    columns: Mapping[str, str | Sequence[str]],
    index: str | None = None,
    reduction: str = "mean",
    normalizer: float | None = None,
    batch_size: int = 100_000,
    **options: Any,
) -> Merged:
    """Computes a loss of a dataset of Ray; each batch is a request.

    - batch_size: the rows of a batch.

    The other arguments are those of `spark_loss`.
    """
    sums = _Sums(client, loss, columns, index, options)

    def send(table: Any) -> dict[str, list[str]]:
        return {"partial": sums.texts(table)}

    found = dataset.select_columns(sums.names).map_batches(send, batch_format="pandas", batch_size=batch_size)
    return sums.merged((row["partial"] for row in found.take_all()), reduction, normalizer)
