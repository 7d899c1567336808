# SPDX-License-Identifier: Apache-2.0
"""The client of a loss-server."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from . import parts, safetensors
from .arrays import select
from .errors import LossServerError
from .requests import COLUMNS, JSON, Fields, to_json
from .results import Check, Evaluation, LossResult, Merged, Objective, PlaceOf, document, rename
from .retries import Retries
from .transport import Pieces, Response, Transport

#: Losses, metrics or penalties: names, or objects with options.
Terms = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]]

#: The server's own limit of a body, unless its operator has set another.
BODY_BYTES = 64 << 20


class LossClient:
    """Requests to a loss-server, from any number of threads; connections are kept.

    Arrays of NumPy, lists, series and tensors are sent as they are, in binary; `None` and NaN are missing values, which
    the service refuses unless `missing="skip"`. Every failed request raises `LossServerError`, after the tries that its
    status allows.

    - url: such as `http://localhost:8080`, with a path if a proxy has one.
    - token: a bearer token, if the server asks for one.
    - timeout: the seconds that connecting, sending or receiving may stall.
    - retries: how often a request is repeated, and after how long.
    - proxy: the URL of a proxy; by default that of the environment; "" for none.
    - ssl_context: for https with certificates of your own.
    - body_bytes: a larger request is sent in parts, whose results are merged to the same bits.
    - progress: `True` shows a bar of tqdm for a request in parts, `False` never; by default after two seconds.
    """

    def __init__(
        self,
        url: str = "http://localhost:8080",
        *,
        token: str | None = None,
        timeout: float = 60.0,
        retries: Retries | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        body_bytes: int = BODY_BYTES,
        progress: bool | None = None,
    ) -> None:
        self._transport = Transport(
            url, token=token, timeout=timeout, retries=retries, proxy=proxy, ssl_context=ssl_context
        )
        self._body_bytes = body_bytes
        self._progress = progress
        self._facts: dict[str, dict[str, Any]] = {}
        #: A server that runs as long as its clients are in use.
        self._server: object = None

    @property
    def url(self) -> str:
        """The URL of the server."""
        return self._transport.url

    def __repr__(self) -> str:
        return f"LossClient({self.url!r})"

    def __enter__(self) -> LossClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the idle connections."""
        self._transport.close()

    # Losses

    def loss(self, loss: str, data: Any = None, /, *, columns: Any = None, **fields: Any) -> LossResult:
        """Computes a loss and its derivatives: `POST /v1/losses/{loss}`.

        - loss: any of its names, such as `huber` or `SmoothL1Loss`.
        - data: a frame of pandas or polars, a table of pyarrow, or a mapping: its columns are fields by their names.
        - columns: a mapping: the column of each field whose name differs, or the columns of one with several numbers in
          a row.
        - fields: inputs, such as `predictions` and `targets`, options, and `weights`, `mask`, `missing`, `reduction`,
          `outputs`, `groups`, `offset` and so on, as the documentation of requests lists them.

        By default the result has `loss` and `gradient`.
        """
        if data is not None:
            fields = {**select(data, columns, self._columns(loss)), **fields}
        elif columns is not None:
            raise TypeError("columns needs a table: client.loss(name, table, columns=...)")
        prepared = Fields.of(fields)
        path = f"/v1/losses/{quote(loss, safe='')}{prepared.query}"
        media_type, pieces = prepared.body()
        size = sum(len(piece) for piece in pieces)
        problem: LossServerError | None = None
        if size <= self._body_bytes:
            try:
                return self._named(self._compute(path, media_type, pieces), prepared)
            except LossServerError as error:
                if not error.is_too_large:
                    raise
                problem = error
        cut = parts.Cut.of(prepared, self.describe(loss), loss)
        if isinstance(cut, str):
            if problem is None:  # the server may take more than this client knows
                return self._named(self._compute(path, media_type, pieces), prepared)
            problem.hint = f"The request was not sent in parts, because {cut}."
            raise problem
        limit = self._body_bytes if problem is None else min(self._body_bytes, size // 2)
        result = parts.evaluate(
            cut,
            parts.rows_of_a_part(cut, limit),
            lambda part: self._compute(path, *part.body()),
            self._merge,
            self._progress,
        )
        return self._named(result, prepared)

    def penalty(self, penalty: str, parameters: Any, /, **fields: Any) -> LossResult:
        """Computes a penalty of parameters and its gradient: `POST /v1/penalties/{penalty}`."""
        prepared = Fields.of({"parameters": parameters, **fields})
        return self._compute(f"/v1/penalties/{quote(penalty, safe='')}{prepared.query}", *prepared.body())

    def merge(
        self,
        partials: Mapping[str, Any] | Iterable[Mapping[str, Any] | str | bytes],
        *,
        reduction: str = "mean",
        normalizer: float | None = None,
        outputs: Sequence[str] = ("loss", "statistics"),
    ) -> Merged:
        """Merges partial sums into the loss of the whole, with the same bits as in one request: `POST /v1/merge`.

        The parts may be cut, ordered and merged in any way. Partial sums of other losses or options are refused.

        - partials: the `partial` of results, or their texts in JSON.
        - reduction: `mean`, `sum` or `element_mean`.
        - normalizer: your own denominator for a mean.
        - outputs: any of `loss`, `statistics` and `partial`.
        """
        each = [partials] if isinstance(partials, Mapping) else partials
        return self._merge(each, reduction=reduction, normalizer=normalizer, outputs=outputs)

    def evaluate(
        self,
        data: Any = None,
        /,
        *,
        losses: Terms = (),
        metrics: Terms = (),
        columns: Any = None,
        baseline: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Evaluation:
        """Computes losses and metrics of one data set, in total and by group: `POST /v1/evaluations`.

        - data, columns: a table, as in `loss`.
        - losses: names, or objects with `loss`, options and a `name` of your own.
        - metrics: names, or objects with `metric`, options and a `name`.
        - baseline: other predictions of the same targets; the result has the differences.
        - fields: inputs of the losses and metrics, and `groups`, `weights`, `mask`, `missing`, `confidence`, `worst`.
        """
        if data is not None:
            names = [*self._metric_inputs(metrics), *self._columns(*filter(None, map(_name, _listed(losses))))]
            fields = {**select(data, columns, names), **fields}
        elif columns is not None:
            raise TypeError("columns needs a table: client.evaluate(table, columns=...)")
        others = {f"baseline.{name}": value for name, value in (baseline or {}).items()}
        prepared = Fields.of({**fields, **others}).with_others(losses=_json(losses), metrics=_json(metrics))
        try:
            return Evaluation.read(self._document("/v1/evaluations", prepared), prepared.keys)
        except LossServerError as problem:
            if problem.is_too_large:
                problem.hint = (
                    "An evaluation needs all rows in one request: raise --body-bytes and --memory-bytes of the server. "
                    "Losses alone may be summed in parts: client.loss(..., outputs=['partial'], groups=...)."
                )
            raise

    def objective(
        self,
        inputs: Mapping[str, Any],
        terms: Terms,
        penalties: Terms = (),
        **fields: Any,
    ) -> Objective:
        """Computes a sum of losses and penalties, and its gradient in every input: `POST /v1/objectives`.

        - inputs: the arrays, by names of your own.
        - terms: for each its `loss`, its `inputs`, names of the above by those of the loss, its `coefficient`, and its
          options.
        - penalties: for each its `penalty`, the name of its `parameters`, its `coefficient`, and its options.
        - fields: `gradient_of`, `weights`, `mask`, `missing`.
        """
        prepared = Fields.of({**inputs, **fields}).with_others(terms=_json(terms), penalties=_json(penalties))
        return Objective.read(self._document("/v1/objectives", prepared))

    def check(self, loss: str, /, *, gradient: Any = None, hessian: Any = None, **fields: Any) -> Check:
        """Compares your own gradient or Hessian with the true one: `POST /v1/check`.

        - gradient, hessian: an array, or arrays by the name of the input.
        - fields: those of `loss`.
        """
        return self._check({"loss": loss}, gradient, hessian, fields)

    def check_penalty(
        self, penalty: str, parameters: Any, /, *, gradient: Any = None, hessian: Any = None, **fields: Any
    ) -> Check:
        """Compares your own gradient or Hessian of a penalty with the true one: `POST /v1/check`.

        - gradient, hessian: an array.
        - fields: those of `penalty`.
        """
        return self._check({"penalty": penalty}, gradient, hessian, {"parameters": parameters, **fields})

    def _check(self, subject: Mapping[str, str], gradient: Any, hessian: Any, fields: Mapping[str, Any]) -> Check:
        given: dict[str, Any] = {}
        for name, plural, value in (("gradient", "gradients", gradient), ("hessian", "hessians", hessian)):
            if isinstance(value, Mapping):
                given |= {f"{plural}.{key}": each for key, each in value.items()}
            else:
                given[name] = value
        prepared = Fields.of({**fields, **given}).with_others(**subject)
        return Check.read(self._document("/v1/check", prepared))

    # The catalogue

    def losses(self, **filters: str | Sequence[str] | bool) -> list[dict[str, Any]]:
        """Returns the losses of the catalogue, filtered by `family`, `property`, `unit`, or `convex=True` and so on."""
        query = urlencode({name: _filter_text(value) for name, value in filters.items()})
        found: list[dict[str, Any]] = self._get("/v1/losses" + (f"?{query}" if query else ""))["losses"]
        return found

    def penalties(self) -> list[dict[str, Any]]:
        """Returns the penalties of the catalogue."""
        found: list[dict[str, Any]] = self._get("/v1/penalties")["penalties"]
        return found

    def metrics(self) -> list[dict[str, Any]]:
        """Returns the metrics of evaluations: names, formula, inputs, options."""
        found: list[dict[str, Any]] = self._get("/v1/metrics")["metrics"]
        return found

    def describe(self, loss: str) -> dict[str, Any]:
        """Returns the entry of a loss in the catalogue: inputs with shapes and domains, options, formula, and so on."""
        if loss not in self._facts:
            self._facts[loss] = self._get(f"/v1/losses/{quote(loss, safe='')}")
        return self._facts[loss]

    def schema(self, loss: str) -> dict[str, Any]:
        """Returns the JSON Schema of the requests to a loss."""
        return self._get(f"/v1/losses/{quote(loss, safe='')}/schema")

    def examples(self, loss: str) -> dict[str, Any]:
        """Returns requests to a loss with their responses."""
        return self._get(f"/v1/losses/{quote(loss, safe='')}/examples")

    def is_ready(self) -> bool:
        """Whether the server takes requests; `False` while it stops, and if it cannot be reached."""
        try:
            self._transport.send("GET", "/readyz")
        except LossServerError:
            return False
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        return _copy, (self._transport, self._body_bytes, self._progress)

    # Requests

    def _columns(self, *losses: str) -> list[str]:
        """The fields of losses that may be columns of a table."""
        inputs = (each["name"] for loss in losses for each in self.describe(loss)["inputs"])
        return list(dict.fromkeys([*inputs, *COLUMNS]))

    def _metric_inputs(self, metrics: Terms) -> list[str]:
        """The inputs of metrics; all have predictions and targets."""
        chosen = {_name(each, "metric") for each in _listed(metrics)}
        known = self.metrics() if chosen else []
        found = (each["inputs"] for each in known if chosen & {each["name"], *each["aliases"]})
        return ["predictions", "targets", *(name for inputs in found for name in inputs)]

    def _get(self, path: str) -> dict[str, Any]:
        return document(self._transport.send("GET", path, accept=JSON))

    def _post(self, path: str, media_type: str, pieces: Pieces, *, accept: str) -> Response:
        return self._transport.send("POST", path, pieces, media_type=media_type, accept=accept)

    def _document(self, path: str, fields: Fields) -> dict[str, Any]:
        return document(self._post(path + fields.query, *fields.body(), accept=JSON))

    def _compute(self, path: str, media_type: str, pieces: Pieces) -> LossResult:
        accept = JSON if media_type == JSON else f"{safetensors.MEDIA_TYPE}, {JSON};q=0.9"
        return LossResult.read(self._post(path, media_type, pieces, accept=accept))

    def _named(self, result: LossResult, fields: Fields) -> LossResult:
        """Gives the groups of a partial sum the keys that were sent as integers."""
        if result.partial is None or fields.keys is None:
            return result
        return replace(result, partial=rename(result.partial, fields.keys))

    def _merge(
        self,
        partials: Iterable[Mapping[str, Any] | str | bytes],
        *,
        reduction: str,
        normalizer: float | None,
        outputs: Sequence[str],
        place: PlaceOf | None = None,
    ) -> Merged:
        """Merges as many lines at once as a body takes, and what they merged to with the rest.

        - place: turns the index of an extreme into its place.
        """
        lines = [_line(partial) for partial in partials]
        query = {"reduction": reduction, "outputs": ",".join(_listed(outputs))}
        if normalizer is not None:
            query["normalizer"] = repr(float(normalizer))
        while True:
            batches = _batches(lines, self._body_bytes)
            if len(batches) <= 1 or len(batches) == len(lines):
                return Merged.read(self._merge_lines(lines, query), place)
            merged = (self._merge_lines(batch, {"outputs": "partial"}) for batch in batches)
            lines = [_line(document(response)["partial"]) for response in merged]

    def _merge_lines(self, lines: Sequence[bytes], query: Mapping[str, str]) -> Response:
        return self._post("/v1/merge?" + urlencode(query), "application/x-ndjson", lines, accept=JSON)


def _copy(transport: Transport, body_bytes: int, progress: bool | None) -> LossClient:
    client = LossClient(transport.url, body_bytes=body_bytes, progress=progress)
    client._transport = transport
    return client


def _line(partial: Mapping[str, Any] | str | bytes) -> bytes:
    """A partial sum as a line of NDJSON."""
    if isinstance(partial, Mapping):
        partial = json.dumps(partial, separators=(",", ":"))
    line = partial.encode() if isinstance(partial, str) else bytes(partial)
    return line.strip().replace(b"\n", b" ") + b"\n"


def _batches(lines: Sequence[bytes], limit: int) -> list[list[bytes]]:
    """Consecutive lines that fit into a body; at least one each."""
    batches: list[list[bytes]] = []
    size = 0
    for line in lines:
        if not batches or size + len(line) > limit:
            batches.append([])
            size = 0
        batches[-1].append(line)
        size += len(line)
    return batches


def _name(term: str | Mapping[str, Any], noun: str = "loss") -> str:
    """The name of a loss or metric that is given by its name or with options."""
    return term if isinstance(term, str) else str(term.get(noun, ""))


def _filter_text(value: str | Sequence[str] | bool) -> str:
    """The text of a filter in a query."""
    return str(value).lower() if isinstance(value, bool) else ",".join(_listed(value))


def _listed(value: Any) -> list[Any]:
    """A list of values, of which there may be one by itself."""
    return [value] if isinstance(value, (str, Mapping)) else list(value)


def _json(terms: Terms) -> str | None:
    """The text of a list of losses, metrics or penalties; `None` for none."""
    return json.dumps(_listed(terms), default=to_json, separators=(",", ":")) if terms else None
