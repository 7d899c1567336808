# SPDX-License-Identifier: Apache-2.0
"""The results of the service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import safetensors
from .errors import LossServerError
from .transport import Response

Array = NDArray[Any]
PlaceOf = Callable[[int], tuple[int, ...]]


@dataclass(frozen=True)
class Extreme:
    """The least or greatest loss, and its place in the array of losses."""

    loss: float
    place: tuple[int, ...]


@dataclass(frozen=True)
class Statistics:
    """Of the losses that take part, with their weights."""

    count: int
    mean: float | None
    #: `None` for fewer than two losses, as is the standard error of the mean.
    variance: float | None
    standard_error: float | None
    least: Extreme | None
    greatest: Extreme | None

    @classmethod
    def read(cls, document: Mapping[str, Any], place_of: PlaceOf | None = None) -> Statistics:
        """Reads the members of a loss, or of merged partial sums, whose extremes have an index.

        - place_of: turns an index into a place; by default an index is a place in one dimension.
        """

        def extreme(name: str) -> Extreme | None:
            member = document.get(name)
            if member is None:
                return None
            place = member["place"] if "place" in member else [member["index"]]
            if place_of is not None:
                return Extreme(float(member["loss"]), place_of(int(place[0])))
            return Extreme(float(member["loss"]), tuple(int(index) for index in place))

        return cls(
            int(document["count"]),
            _float(document.get("mean")),
            _float(document.get("variance")),
            _float(document.get("standard_error")),
            extreme("least"),
            extreme("greatest"),
        )


@dataclass(frozen=True)
class LossResult:
    """What was requested of a loss or penalty; the other attributes are `None`."""

    #: The reduced loss; with the reduction `none` an array in the shape of the losses.
    loss: float | Array | None = None
    #: The derivatives of the loss, in the shape of the input.
    gradient: Array | None = None
    hessian: Array | None = None
    #: The same by the name of the input, with `gradient_of` or for a loss of several primary inputs.
    gradients: dict[str, Array] | None = None
    hessians: dict[str, Array] | None = None
    #: The losses one by one, before weights and reduction; NaN where one was left out.
    elements: Array | None = None
    #: The means that the predictions estimate, such as probabilities for logits.
    link: Array | None = None
    #: The result of a penalty's proximal operator.
    prox: Array | None = None
    #: The denominator that was used.
    normalizer: float | None = None
    #: The number of losses left out because of a missing value.
    skipped: int | None = None
    statistics: Statistics | None = None
    #: The exact sums in the format `loss-partial/1`, for `LossClient.merge`.
    partial: dict[str, Any] | None = None
    #: The options that a convention has set, with its name and version.
    convention: dict[str, Any] | None = None
    #: The numbers by which the training of a policy is watched, by name.
    diagnostics: dict[str, float] | None = None
    #: The loss without penalties, and each penalty, with `regularization`.
    data_loss: float | None = None
    regularization: list[dict[str, Any]] | None = None
    #: Members of the response that this version of the client does not know.
    other: dict[str, Any] | None = None

    def __repr__(self) -> str:
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return f"LossResult({', '.join(f'{name}={value!r}' for name, value in values if value is not None)})"

    @classmethod
    def read(cls, response: Response) -> LossResult:
        """Reads a response in JSON or safetensors."""
        members = _members(response)
        known: dict[str, Any] = {}
        for name in ("gradients", "hessians"):
            if isinstance(by_input := members.pop(name, None), dict):
                known[name] = {key: _floats(value) for key, value in by_input.items()}
        for name in ("gradient", "hessian", "elements", "link", "prox"):
            if (value := members.pop(name, None)) is not None:
                known[name] = _floats(value)
        if (loss := members.pop("loss", None)) is not None:
            array = _floats(loss)
            known["loss"] = array.item() if array.ndim == 0 else array
        for name in ("normalizer", "data_loss"):
            if (number := members.pop(name, None)) is not None:
                known[name] = float(number)
        if (statistics := members.pop("statistics", None)) is not None:
            known["statistics"] = Statistics.read(statistics)
        if (diagnostics := members.pop("diagnostics", None)) is not None:
            known["diagnostics"] = {name: float(value) for name, value in diagnostics.items()}
        for name in ("skipped", "partial", "convention", "regularization"):
            if (value := members.pop(name, None)) is not None:
                known[name] = value
        return cls(**known, other=members or None)


def document(response: Response) -> dict[str, Any]:
    """The object of a response in JSON."""
    value = json.loads(bytes(response.body))
    if not isinstance(value, dict):
        raise LossServerError("the response is not an object of JSON")
    return value


def _float(value: Any) -> float | None:
    """A number of JSON, which writes whole ones as integers."""
    return None if value is None else float(value)


def _floats(value: Any) -> Array:
    """An array of a tensor, or of numbers in JSON, where null stands for a loss that was left out."""
    return value if isinstance(value, np.ndarray) else np.asarray(value, dtype=np.float64)


def _members(response: Response) -> dict[str, Any]:
    """The members of a response as those of JSON, but with arrays."""
    if response.media_type != safetensors.MEDIA_TYPE:
        return document(response)
    tensors, texts = safetensors.decode(response.body)
    members: dict[str, Any] = {name: json.loads(text) for name, text in texts.items()}
    for name, array in tensors.items():
        outer, dot, inner = name.partition(".")
        if dot:
            members.setdefault(outer, {})[inner] = array
        else:
            members[name] = array
    return members


def rename(partial: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Returns a partial sum whose groups have keys instead of their numbers, in the order of the bytes of the keys."""
    return {**partial, "groups": _with_keys(partial["groups"], keys)}


def _with_keys(groups: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[dict[str, Any]]:
    named = [{**each, "group": keys[int(each["group"])]} for each in groups]
    return sorted(named, key=lambda each: each["group"].encode())


@dataclass(frozen=True)
class Group:
    """The merged losses of a group."""

    group: str
    count: int | None
    loss: float | None
    normalizer: float | None
    statistics: Statistics | None


@dataclass(frozen=True)
class Merged:
    """The loss of partial sums taken together: the same bits as in one request."""

    loss: float | None = None
    normalizer: float | None = None
    statistics: Statistics | None = None
    #: The merged partial sum, if it was requested.
    partial: dict[str, Any] | None = None
    #: The groups in the order of their keys, if the partial sums have any.
    groups: tuple[Group, ...] = ()

    @classmethod
    def read(cls, response: Response, place_of: PlaceOf | None = None) -> Merged:
        """Reads a response; `place_of` turns the index of an extreme into its place."""
        members = document(response)

        def statistics(of: Mapping[str, Any]) -> Statistics | None:
            return None if (found := of.get("statistics")) is None else Statistics.read(found, place_of)

        return cls(
            _float(members.get("loss")),
            _float(members.get("normalizer")),
            statistics(members),
            members.get("partial"),
            tuple(
                Group(
                    each["group"],
                    each.get("count"),
                    _float(each.get("loss")),
                    _float(each.get("normalizer")),
                    statistics(each),
                )
                for each in members.get("groups", ())
            ),
        )


@dataclass(frozen=True)
class Objective:
    """The sum of the terms of an objective and of its penalties, and its gradient in each input."""

    objective: float
    #: For each term its `name`, `loss`, `coefficient`, `value` and `normalizer`.
    terms: tuple[dict[str, Any], ...]
    gradients: dict[str, Array]
    #: The same for each penalty.
    penalties: tuple[dict[str, Any], ...] = ()

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> Objective:
        return cls(
            float(members["objective"]),
            tuple(members.get("terms", ())),
            {name: _floats(value) for name, value in members["gradients"].items()},
            tuple(members.get("penalties", ())),
        )


@dataclass(frozen=True)
class Comparison:
    """How near a gradient or Hessian is to the true one."""

    #: `equal` for the same bits, `double` or `float32` for errors as of computing in these types, else `different`.
    agreement: str
    count: int
    #: The element that is farthest from the true number: `place`, `given`, `expected`, `ulps`, `absolute`, `relative`.
    worst: dict[str, Any] | None
    #: The factor by which every element differs; `None` if there is none.
    factor: float | None
    #: The conventions or reductions with which the numbers agree.
    explanations: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Check:
    """How gradients and Hessians of one's own compare with the true ones."""

    gradient: Comparison | None
    hessian: Comparison | None
    #: The same by the name of the input, as they were given.
    gradients: dict[str, Comparison]
    hessians: dict[str, Comparison]

    @property
    def agreement(self) -> str:
        """The worst agreement of all: `different`, `float32`, `double` or `equal`."""
        single = [each for each in (self.gradient, self.hessian) if each is not None]
        found = {each.agreement for each in (*single, *self.gradients.values(), *self.hessians.values())}
        return next(each for each in ("different", "float32", "double", "equal") if each in found)

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> Check:
        def comparison(found: Mapping[str, Any]) -> Comparison:
            return Comparison(
                found["agreement"],
                found["count"],
                found.get("worst"),
                found.get("factor"),
                tuple(found.get("explanations", ())),
            )

        def by_input(name: str) -> dict[str, Comparison]:
            return {key: comparison(value) for key, value in members.get(name, {}).items()}

        one, other = (comparison(members[name]) if name in members else None for name in ("gradient", "hessian"))
        return cls(one, other, by_input("gradients"), by_input("hessians"))


@dataclass(frozen=True)
class Evaluation:
    """Losses and metrics of a data set and of each of its groups; the members are those of the service."""

    losses: tuple[dict[str, Any], ...] = ()
    metrics: tuple[dict[str, Any], ...] = ()
    #: For each group its `group`, `losses` and `metrics`, in the order of the keys.
    groups: tuple[dict[str, Any], ...] = ()

    @classmethod
    def read(cls, members: Mapping[str, Any], keys: Sequence[str] | None) -> Evaluation:
        """Reads a result; `keys` are those for which the numbers of groups stand."""
        groups = members.get("groups", ())
        if keys is not None:
            groups = _with_keys(groups, keys)
        return cls(tuple(members.get("losses", ())), tuple(members.get("metrics", ())), tuple(groups))

    def __getitem__(self, name: str) -> Any:
        """The value of a loss or metric of the whole data set; `None` where it is undefined."""
        for each in (*self.losses, *self.metrics):
            if each["name"] == name:
                return each["value"]
        raise KeyError(name)

    def rows(self) -> list[dict[str, Any]]:
        """Returns a row for each value: `pandas.DataFrame(evaluation.rows())`.

        The columns are `group` (`None` for the whole), `name`, `value`, `standard_error`, `lower`, `upper`, `count` and
        `reason`, which says why a value is undefined.
        """
        return list(self._rows())

    def _rows(self) -> Iterator[dict[str, Any]]:
        whole: dict[str, Any] = {"group": None, "losses": self.losses, "metrics": self.metrics}
        for part in (whole, *self.groups):
            for each in (*part.get("losses", ()), *part.get("metrics", ())):
                lower, upper = each.get("interval") or (None, None)
                yield {
                    "group": part["group"],
                    "name": each["name"],
                    "value": each.get("value"),
                    "standard_error": each.get("standard_error"),
                    "lower": lower,
                    "upper": upper,
                    "count": each.get("count"),
                    "reason": each.get("reason"),
                }
