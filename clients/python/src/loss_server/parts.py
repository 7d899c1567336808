# SPDX-License-Identifier: Apache-2.0
"""A request larger than the server takes, in parts whose results merge to the same bits.

The loss of the whole follows from exact partial sums. Its gradient needs the denominator of the whole, so for a mean
the parts are sent twice: for the partial sums, and with their `normalizer` for the arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .arrays import Array
from .errors import LossServerError
from .progress import Progress
from .requests import COLUMNS, LENGTHS, Fields
from .results import LossResult, Merged

#: The outputs that have a number for each prediction or loss.
ARRAYS = frozenset({"gradient", "hessian", "elements", "link"})
#: Those that follow from partial sums.
SUMS = frozenset({"loss", "statistics", "partial"})
#: The reductions whose parts merge, by each of their names.
_REDUCTIONS = {
    "mean": "mean", "mean_with_sample_weight": "mean", "token-mean": "mean", "sum": "sum", "none": "none",
    "element_mean": "element_mean", "sum_over_batch_size": "element_mean",
    "batch_mean": "batch_mean", "batchmean": "batch_mean",
    "mean_of_sums": "mean_of_sums", "seq-mean-token-sum": "mean_of_sums",
}  # fmt: skip
#: Those that divide by a count of items, which adds up over the parts.
_BY_ITEMS = frozenset({"batch_mean", "mean_of_sums"})
#: The number of parts in flight: one is sent while another is computed.
_IN_FLIGHT = 2

Send = Callable[[Fields], LossResult]
Merge = Callable[..., Merged]


@dataclass(frozen=True)
class Cut:
    """How a request is cut: along the first dimension of the arrays that have one place for each unit."""

    loss: str
    fields: Fields
    #: The arrays that are cut; the others belong to every part.
    names: frozenset[str]
    rows: int
    #: The shape of the losses.
    shape: tuple[int, ...]
    reduction: str

    @classmethod
    def of(cls, fields: Fields, facts: Mapping[str, Any], name: str | None = None) -> Cut | str:
        """Returns the cut, or the reason that there is none.

        - facts: the entry of the loss in the catalogue.
        - name: the name by which it is requested, which may imply a convention.
        """
        if "regularization" in fields.others:
            return "penalties belong to the whole: request them by LossClient.penalty"
        convention = _convention(fields, facts, name)
        if convention.get("counts_classes") and "reduction" not in fields.others:
            return "its convention counts classes in the mean, unless the request has a reduction"
        chosen = _reduction(fields, facts, convention)
        reduction = _REDUCTIONS.get(chosen)
        if reduction is None:
            return f"the reduction {chosen} does not follow from sums of parts"
        if unknown := [name for name in fields.outputs if name not in ARRAYS | SUMS]:
            return f"the output {unknown[0]} is one of the whole"
        named = {each["name"] for each in facts["inputs"]}
        if lengths := [each for each in LENGTHS if each in fields.arrays and each not in named]:
            return f"the sequences of {lengths[0]} are not cut"
        inputs = [each for each in facts["inputs"] if each["name"] in fields.arrays]
        forms = [form["shape"] for each in inputs for form in each["forms"]]
        if not inputs or facts["unit"] == "batch" or not all(form.startswith("*") for form in forms):
            return f"{facts['name']} compares rows with each other"
        first = fields.arrays[inputs[0]["name"]]
        masks = dict.fromkeys(each["tokens"]["mask"] for each in inputs if "tokens" in each)
        responses = first.shape
        if masks and "log_probability" in fields.others:
            rank = max(fields.arrays[each["name"]].ndim for each in inputs if "tokens" in each)
            responses = responses[: rank - 1]
        shape = _shape_of_losses(responses, inputs[0]["forms"], fields.arrays.get("axis"))
        if not shape:
            return "the arrays have no dimension along which to cut them"
        names = [each["name"] for each in inputs] + [
            name for name in (*COLUMNS, *masks) if name in fields.arrays and fields.arrays[name].ndim > 0
        ]
        for name in names:
            if fields.arrays[name].shape[:1] != first.shape[:1]:
                return f"{name} has the shape {fields.arrays[name].shape}, {inputs[0]['name']} {first.shape}"
        return cls(facts["name"], fields, frozenset(names), first.shape[0], shape, reduction)

    def part(self, start: int, stop: int, *, has_sums: bool) -> Fields:
        """The fields of some rows; `offset` and `groups` belong to partial sums only."""
        arrays = {
            name: array[start:stop] if name in self.names else array
            for name, array in self.fields.arrays.items()
            if has_sums or name != "groups"
        }
        offset = self.offset + start * math.prod(self.shape[1:]) if has_sums else None
        return replace(self.fields, arrays=arrays).with_others(offset=offset)

    @property
    def offset(self) -> int:
        """The number of losses before the first row, of a part that is itself cut."""
        return int(self.fields.others.get("offset", 0))

    def place(self, index: int) -> tuple[int, ...]:
        """The place of a loss by its number."""
        return tuple(int(each) for each in np.unravel_index(index - self.offset, self.shape))


def _shape_of_losses(shape: tuple[int, ...], forms: Sequence[Mapping[str, Any]], axis: Any) -> tuple[int, ...]:
    """The shape of the losses of an input; empty if its first dimension is not one of theirs.

    - forms: the shapes that the input may have, such as `* K`, in which `*` stands for that of the losses.
    - axis: the dimension of the classes, or of a list, if it is not the last one.
    """
    depths = {len(form["shape"].split()) - 1 for form in forms}
    if len(depths) != 1 or not shape:
        return ()
    (depth,) = depths
    if depth > 1 or axis is None:
        return shape[: max(len(shape) - depth, 0)]
    place = int(axis) % len(shape)
    # Without classes, it is the axis of a list of weights or levels.
    return () if place == 0 else shape if depth == 0 else shape[:place] + shape[place + 1 :]


def _convention(fields: Fields, facts: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    """The convention of the request, or the one that the name of the loss implies; empty if there is none."""
    chosen = fields.others.get("convention")
    if chosen is None and name is not None:
        implied = (
            each.get("convention") for each in facts.get("aliases", ()) if _folded(each["name"]) == _folded(name)
        )
        chosen = next(implied, None)
    return next((each for each in facts.get("conventions", ()) if each["name"] == chosen), {})


def _folded(name: str) -> str:
    """A name without the distinctions that the service ignores."""
    return name.lower().translate(dict.fromkeys(map(ord, "-_: ")))


def _reduction(fields: Fields, facts: Mapping[str, Any], convention: Mapping[str, Any]) -> str:
    """The reduction by its name in the request, in its convention or in the catalogue."""
    if (given := fields.others.get("reduction")) is not None:
        return str(given)
    return str(convention.get("reduction", facts["default_reduction"]))


def evaluate(cut: Cut, rows: int, send: Send, merge: Merge, shown: bool | None) -> LossResult:
    """Returns the result of the whole.

    - rows: the rows of a part; parts that the server refuses as too large are halved.
    """
    outputs = cut.fields.outputs
    arrays = [name for name in outputs if name in ARRAYS]
    normalizer = cut.fields.others.get("normalizer")
    is_known = normalizer is not None or cut.reduction in ("sum", "none")
    passes = 1 if is_known or not arrays else 2
    with Progress(cut.rows * passes, cut.loss, shown) as progress:
        if cut.reduction == "none":
            # The losses are an array like the elements, but weighted.
            wanted = [name for name in outputs if name in ARRAYS or name == "loss"]
            wanted += ["partial"] if {"statistics", "partial"} & set(outputs) else []
            results = _collect(cut, rows, wanted, send, progress)
            merged = _merged(results, merge, cut, None) if "partial" in wanted else Merged(normalizer=1.0)
            return _result(cut, results, replace(merged, normalizer=1.0), results)
        if is_known:
            results = _collect(cut, rows, [*arrays, "partial"], send, progress)
            return _result(cut, results, _merged(results, merge, cut, normalizer), results)
        # The service states the denominator with the loss, not with partial sums alone.
        sums = ["loss", "partial"] if cut.reduction in _BY_ITEMS else ["partial"]
        results = _collect(cut, rows, sums, send, progress)
        if cut.reduction in _BY_ITEMS:
            normalizer = math.fsum(result.normalizer or 0 for result in results) or None
        merged = _merged(results, merge, cut, normalizer)
        if not arrays:
            return _result(cut, results, merged, [])
        second = replace(
            cut, fields=cut.fields.with_others(reduction="mean", normalizer=merged.normalizer, empty_rows=None)
        )
        return _result(cut, results, merged, _collect(second, rows, arrays, send, progress))


def _merged(results: Sequence[LossResult], merge: Merge, cut: Cut, normalizer: float | None) -> Merged:
    reduction = cut.reduction if cut.reduction in ("sum", "element_mean") else "mean"
    partials = [result.partial for result in results]
    outputs = ("loss", "statistics", "partial")
    merged = merge(partials, reduction=reduction, normalizer=normalizer, outputs=outputs, place=cut.place)
    if cut.fields.others.get("dtype") == "f32" and merged.loss is not None:
        # As the service rounds the loss of one request.
        return replace(merged, loss=float(np.float32(merged.loss)))
    return merged


def _collect(cut: Cut, rows: int, outputs: list[str], send: Send, progress: Progress) -> list[LossResult]:
    """Returns the results of the parts in order."""

    def compute(start: int, stop: int) -> list[LossResult]:
        fields = cut.part(start, stop, has_sums="partial" in outputs).with_others(outputs=outputs)
        try:
            result = send(fields)
        except LossServerError as problem:
            if problem.type == "nothing-to-average":
                return [replace(send(fields.with_others(reduction="sum", empty_rows=None)), normalizer=0.0)]
            if not problem.is_too_large or stop - start < 2:
                raise _in_the_whole(problem, cut, start) from None
            middle = (start + stop) // 2
            return compute(start, middle) + compute(middle, stop)
        progress.add(stop - start)
        return [result]

    results: list[LossResult] = []
    starts = iter(range(0, cut.rows, rows))
    with ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="loss-server") as pool:
        waiting: list[Future[list[LossResult]]] = []
        for start in starts:
            waiting.append(pool.submit(compute, start, min(start + rows, cut.rows)))
            if len(waiting) > _IN_FLIGHT:
                results += waiting.pop(0).result()
        for future in waiting:
            results += future.result()
    return results


def _in_the_whole(problem: LossServerError, cut: Cut, start: int) -> LossServerError:
    """Moves the place of a problem from a part to the whole."""
    field, index, rest = _place(problem.pointer)
    if start and field in cut.names and index is not None:
        problem.pointer = "/".join(["", field, str(index + start), *rest])
        problem.hint = f"The request was sent in parts: the indices in the sentence are from row {start} on."
    return problem


def _place(pointer: str | None) -> tuple[str, int | None, list[str]]:
    """The field, the first index and the rest of a pointer."""
    steps = (pointer or "").split("/")[1:]
    index = int(steps[1]) if len(steps) > 1 and steps[1].isdigit() else None
    return (steps[0] if steps else "", index, steps[2:])


def _result(cut: Cut, parts: Sequence[LossResult], merged: Merged, arrays: Sequence[LossResult]) -> LossResult:
    """Puts the result of the whole together.

    - parts: the results with partial sums.
    - arrays: those with arrays.
    """
    outputs = cut.fields.outputs
    convention = parts[0].convention

    def joined(name: str) -> Array | None:
        found = [value for part in arrays if (value := getattr(part, name)) is not None]
        return np.concatenate(found) if found else None

    def joined_by_input(name: str) -> dict[str, Array] | None:
        found = [value for part in arrays if (value := getattr(part, name)) is not None]
        return {key: np.concatenate([each[key] for each in found]) for key in found[0]} if found else None

    loss = joined("loss") if arrays and isinstance(arrays[0].loss, np.ndarray) else merged.loss
    skipped = [part.skipped for part in parts if part.skipped is not None]
    return LossResult(
        loss=loss if "loss" in outputs else None,
        gradient=joined("gradient"),
        hessian=joined("hessian"),
        gradients=joined_by_input("gradients"),
        hessians=joined_by_input("hessians"),
        elements=joined("elements"),
        link=joined("link"),
        normalizer=merged.normalizer,
        skipped=sum(skipped) if skipped else None,
        statistics=merged.statistics if "statistics" in outputs else None,
        partial=merged.partial if "partial" in outputs else None,
        convention=None if convention is None else {**convention, "reduction": cut.reduction},
    )


def rows_of_a_part(cut: Cut, limit: int) -> int:
    """The rows that fit into a body, with a margin for the head of the body."""
    whole = sum(array.nbytes for name, array in cut.fields.arrays.items() if name not in cut.names)
    each = max(1, sum(array.nbytes for name, array in cut.fields.arrays.items() if name in cut.names) // cut.rows)
    return max(1, (limit - whole - 4096) // each)
