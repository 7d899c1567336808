# SPDX-License-Identifier: Apache-2.0
"""The fields of a request, in the format in which they are sent fastest."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np

from . import safetensors
from .arrays import Array, to_array, to_groups
from .transport import Pieces

JSON = "application/json"

#: The fields that are never arrays of numbers; the inputs and options of each loss are in its catalogue entry.
_TEXTS = frozenset({
    "log_probability", "missing", "reduction", "normalizer", "empty_rows", "outputs", "gradient_of", "hessian_kind",
    "hessian_scale", "hessian_floor", "convention", "step", "dtype", "offset", "confidence", "worst",
})  # fmt: skip
#: The fields, beside inputs, that may be columns of a table and have one element for each loss or row of losses.
COLUMNS = ("weights", "mask", "groups")
#: The fields with the lengths of sequences that follow each other; some losses have inputs of these names.
LENGTHS = ("lengths", "chosen_lengths", "rejected_lengths")


@dataclass(frozen=True)
class Fields:
    """The fields of a request: arrays by name, the rest, and the keys of groups that arrays only number."""

    arrays: dict[str, Array]
    others: dict[str, Any]
    #: The keys for which the integers in `groups` stand; `None` means that the integers are the keys.
    keys: list[str] | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Fields:
        """Sorts fields into arrays and others; `None` means that a field is omitted.

        Raises `TypeError` or `ValueError` if an array is not one of numbers.
        """
        arrays: dict[str, Array] = {}
        others: dict[str, Any] = {}
        keys = None
        for name, value in fields.items():
            if value is None:
                continue
            if name == "groups":
                arrays[name], keys = to_groups(value)
            elif name in _TEXTS or _is_option(value):
                others[name] = value
            else:
                arrays[name] = to_array(name, value)
        return cls(arrays, others, keys)

    def with_others(self, **others: Any) -> Fields:
        """Returns the same arrays with other fields; `None` removes a field."""
        merged = {**self.others, **others}
        return dataclasses.replace(self, others={name: value for name, value in merged.items() if value is not None})

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs that are requested, those of the service by default."""
        outputs = self.others.get("outputs")
        if outputs is None:
            return ("loss", "gradient")
        return tuple(outputs.split(",")) if isinstance(outputs, str) else tuple(outputs)

    @property
    def query(self) -> str:
        """The query of the path: the type of the results, which is not a field of the body."""
        dtype = self.others.get("dtype")
        return "" if dtype is None else f"?dtype={quote(str(dtype), safe='')}"

    def body(self) -> tuple[str, Pieces]:
        """Returns the media type and the body: safetensors, or JSON if a field needs it."""
        if any(isinstance(value, (Mapping, list, tuple)) and not _is_list(value) for value in self.others.values()):
            return JSON, [self.json()]
        texts = {name: _text(value) for name, value in self.others.items() if name != "dtype"}
        return safetensors.MEDIA_TYPE, safetensors.encode(self.arrays, texts)

    def json(self) -> bytes:
        """Returns the body in JSON, in which NaN is null."""
        members: dict[str, Any] = {name: to_json(array) for name, array in self.arrays.items()}
        if self.keys is not None:
            members["groups"] = [self.keys[code] for code in self.arrays["groups"].reshape(-1).tolist()]
        for name, value in self.others.items():
            if name == "dtype":
                continue
            members[name] = list(value) if isinstance(value, tuple) else value
        return json.dumps(members, default=to_json, separators=(",", ":")).encode()


def to_json(value: Any) -> Any:
    """Returns a number of NumPy, or the nested lists of an array, in which NaN is `None`."""
    array = to_array("a member", value)
    if array.dtype.kind == "f" and np.isnan(array).any():
        objects = array.astype(object)
        objects[np.isnan(array)] = None
        return objects.tolist()
    return (array if array.dtype.kind in "fiub" else array.astype(np.float64)).tolist()


def _is_option(value: Any) -> bool:
    """Whether a value is a text, or a list of objects such as `regularization`."""
    if isinstance(value, (list, tuple)):
        return any(isinstance(each, Mapping) for each in value)
    return isinstance(value, (str, Mapping))


def _is_list(value: Any) -> bool:
    """Whether a value is a list of texts and numbers, which can be a text with commas."""
    return isinstance(value, (list, tuple)) and not any(isinstance(each, (Mapping, list, tuple)) for each in value)


def _text(value: Any) -> str:
    """The text of a field in the metadata of safetensors."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, Iterable):
        return ",".join(_text(each) for each in value)
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)
