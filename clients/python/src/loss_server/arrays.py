# SPDX-License-Identifier: Apache-2.0
"""Numbers of any library to arrays of NumPy, and columns of tables by their names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .safetensors import DTYPES

Array = NDArray[Any]


def to_array(name: str, value: Any) -> Array:
    """Returns an array of numbers with their own type: `float32` stays `float32`.

    `None`, `pandas.NA` and nulls become NaN, which the service treats as a missing value. Accepts arrays, lists, series
    of pandas and polars, columns of pyarrow, and tensors. Raises `ValueError` or `TypeError` for anything else.
    """
    if hasattr(value, "detach"):  # a tensor of PyTorch, perhaps with a gradient or on another device
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":  # which NumPy has not; the numbers are the same in float32
            value = value.float()
    try:
        array: Array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is not a rectangular array: its rows have unlike lengths") from None
    if array.dtype.kind == "O":
        array = _numbers(name, array)
    if array.dtype.name not in DTYPES:
        if array.dtype.kind in "UST":
            raise TypeError(f"{name} has texts, but numbers or booleans are expected")
        raise TypeError(f"{name} has elements of type {array.dtype}, but must be one of {', '.join(sorted(DTYPES))}")
    return array


def _numbers(name: str, objects: Array) -> Array:
    """Returns the numbers of an array of objects: missing values as NaN, and rows of the same length as dimensions."""
    values = objects.tolist()
    first = next((value for value in values if value is not None), None) if isinstance(values, list) else None
    try:
        if isinstance(first, (list, np.ndarray)):
            return np.stack([to_array(name, row) for row in values])
        numbers: Array = np.vectorize(_number, otypes=[np.float64])(objects)
        return numbers
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} has elements that are not numbers: {error}") from None


def _number(value: Any) -> float:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return math.nan
    if isinstance(value, str):
        raise TypeError(f"{value!r} is a text")
    return float(value)


def to_groups(value: Any) -> tuple[Array, list[str] | None]:
    """Returns an integer for each unit, and the keys that they stand for; `None` means that the integers are the keys.

    Raises `ValueError` if a key is missing, and `TypeError` if keys are neither texts nor integers.
    """
    if hasattr(value, "factorize"):  # of pandas, which has the distinct keys of some columns already
        codes, distinct = value.factorize()
        keys = list(distinct)
        if (codes < 0).any():
            keys.append(None)
    else:
        codes, keys = _distinct(np.asarray(value))
    if any(key is None or key != key for key in keys):
        raise ValueError("groups has missing keys: leave these rows out, or give them a key of their own")
    if all(isinstance(key, (int, np.integer)) for key in keys):
        return np.asarray(value), None
    if not all(isinstance(key, str) for key in keys):
        raise TypeError("the keys of groups must be texts or integers")
    return codes.astype(np.min_scalar_type(max(len(keys) - 1, 0))), keys


def _distinct(array: Array) -> tuple[Array, list[Any]]:
    """The place of each element among the distinct ones, and these in the order of their first occurrence."""
    if array.dtype.kind in "iu":
        return array, [0] if array.size else []
    places: dict[Any, int] = {}
    keys = array.reshape(-1).tolist()
    codes = np.fromiter((places.setdefault(key, len(places)) for key in keys), np.int64, array.size)
    return codes.reshape(array.shape), list(places)


def column_names(table: Any) -> list[str]:
    """Returns the names of the columns of a frame of pandas or polars, a table of pyarrow, or a mapping."""
    if isinstance(table, Mapping):
        return [str(name) for name in table]
    names = getattr(table, "column_names", None)  # pyarrow, whose `columns` are the data
    if names is None:
        names = getattr(table, "columns", None)
    if names is None or isinstance(names, (str, bytes)):
        raise TypeError(f"data has the type {type(table).__name__}, but a table with named columns is expected")
    return [str(name) for name in names]


def select(table: Any, columns: Mapping[str, str | Iterable[str]] | None, fields: Iterable[str]) -> dict[str, Any]:
    """Returns the columns of a table that belong to fields.

    - columns: the name of the column, or the names of several, for each field. Other fields have the column of their
      name, or columns `name_0`, `name_1` and so on, which are the numbers of rows.

    As in the service's own tables, a column of no field is refused unless `columns` is given. Raises `ValueError`.
    """
    names = column_names(table)
    chosen: dict[str, Any] = {}
    read: set[str] = set()
    for field in dict.fromkeys([*(columns or {}), *fields]):
        wanted = (columns or {}).get(field, field)
        found = _find(names, wanted)
        if not found:
            if columns and field in columns:
                raise ValueError(f"columns has {wanted!r} for {field}, but the table has: {', '.join(names)}")
            continue
        read.update(found)
        series = [table[name] for name in found]
        is_one = isinstance(wanted, str) and found == [wanted]
        chosen[field] = series[0] if is_one else np.stack([to_array(field, each) for each in series], axis=1)
    unknown = [name for name in names if name not in read]
    if unknown and columns is None:
        raise ValueError(
            f"the table has the column {unknown[0]!r}, which is not a field of this request: "
            f"give columns={{field: column}} for the fields {', '.join(fields)}"
        )
    return chosen


def _find(names: list[str], wanted: str | Iterable[str]) -> list[str]:
    """The columns of a field; none if one is missing."""
    if not isinstance(wanted, str):
        several = list(wanted)
        return several if set(several) <= set(names) else []
    if wanted in names:
        return [wanted]
    known = set(names)
    found: list[str] = []
    while (name := f"{wanted}_{len(found)}") in known:
        found.append(name)
    return found
