# SPDX-License-Identifier: Apache-2.0
"""Arrays to bytes and back, and numbers of other libraries to arrays."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import safetensors.numpy

from loss_server.arrays import select, to_array, to_groups
from loss_server.requests import Fields
from loss_server.safetensors import DTYPES, decode, encode, length


def joined(arrays: dict[str, Any], texts: dict[str, str] | None = None) -> bytes:
    return b"".join(bytes(piece) for piece in encode(arrays, texts or {}))


@pytest.mark.parametrize("dtype", sorted(DTYPES - {"bfloat16"}))
def test_the_library_of_the_format_reads_every_type(dtype: str) -> None:
    array = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    loaded = safetensors.numpy.load(joined({"x": array, "y": array.T, "z": array[0, 1]}))
    assert loaded["x"].dtype == array.dtype
    np.testing.assert_array_equal(loaded["x"], array)
    np.testing.assert_array_equal(loaded["y"], array.T)
    assert loaded["z"].shape == ()


def test_other_orders_of_bytes_and_dimensions() -> None:
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3).astype(">f4"))
    np.testing.assert_array_equal(safetensors.numpy.load(joined({"x": array}))["x"], array)


def test_arrays_are_not_copied() -> None:
    array = np.arange(10, dtype=np.float32)
    piece = encode({"x": array}, {})[1]
    array[0] = 7
    assert np.frombuffer(piece, np.float32)[0] == 7


def test_decodes_what_the_library_writes() -> None:
    written = safetensors.numpy.save({"x": np.arange(6.0).reshape(2, 3), "empty": np.zeros((0, 2))}, {"key": "text"})
    arrays, texts = decode(written)
    assert texts == {"key": "text"}
    assert arrays["empty"].shape == (0, 2)
    np.testing.assert_array_equal(arrays["x"], np.arange(6.0).reshape(2, 3))


def test_the_length_follows_from_the_start() -> None:
    written = joined({"x": np.arange(6.0), "y": np.zeros(3, np.int8)}, {"key": "text"})
    assert length(written) == length(written[:-40]) == len(written)
    assert length(written[:20]) is None
    assert length(joined({})) == len(joined({}))


def test_a_body_that_is_cut_is_refused() -> None:
    written = joined({"x": np.arange(6.0)})
    for count in (4, 20, len(written) - 1):
        with pytest.raises(ValueError, match=r"header|bytes of the tensor x"):
            decode(written[:count])


@pytest.mark.parametrize(
    "value",
    [
        [1.5, None],
        [1.5, math.nan],
        np.array([1.5, None], object),
        pd.Series([1.5, None]),
        pd.Series([1.5, None], dtype="Float64"),
        pd.Series([1.5, None], dtype="double[pyarrow]"),
        pl.Series([1.5, None]),
        pa.chunked_array([[1.5], [None]]),
        [Decimal("1.5"), None],
    ],
    ids=lambda value: type(value).__module__ + str(getattr(value, "dtype", "")),
)
def test_missing_values_become_nan(value: Any) -> None:
    array = to_array("x", value)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [1.5, math.nan])


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint64", "bool"])
def test_types_are_kept(dtype: str) -> None:
    values = np.array([0, 1]).astype(dtype)
    for value in (values, pd.Series(values), pl.Series(values)):
        assert to_array("x", value).dtype == dtype


@pytest.mark.parametrize("dtype", ["Float32", "Int8", "UInt64", "boolean"])
def test_types_of_nullable_series_are_kept(dtype: str) -> None:
    assert to_array("x", pd.Series([0, 1], dtype=dtype)).dtype == dtype.lower().replace("ean", "")


def test_rows_of_a_table_become_dimensions() -> None:
    rows = [[0.2, 0.8], [0.5, 0.5]]
    for value in (pd.Series(rows), pl.Series(rows), pl.Series(rows, dtype=pl.Array(pl.Float64, 2)), pa.array(rows)):
        np.testing.assert_array_equal(to_array("x", value), rows)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["a"], "x has texts"),
        ([[1.0, 2.0], [1.0]], "x is not a rectangular array"),
        (pd.Series(["a", "b"]), "x has elements that are not numbers|x has texts"),
        (pd.Series(pd.to_datetime(["2026-01-01"])), "x has elements of type datetime64"),
        (np.array([1j]), "x has elements of type complex128"),
        (np.array([1], np.longdouble), "x has elements of type (longdouble|float128)"),
    ],
)
def test_anything_else_is_refused(value: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        to_array("x", value)


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pd.Categorical, pl.Series])
def test_keys_of_groups_become_integers(make: Any) -> None:
    codes, keys = to_groups(make(["b", "a", "b", "c"]))
    assert keys is not None
    assert [keys[code] for code in codes] == ["b", "a", "b", "c"]
    assert codes.dtype == np.uint8


def test_integers_are_keys() -> None:
    codes, keys = to_groups(np.array([7, 7, -1], np.int16))
    assert keys is None
    assert codes.tolist() == [7, 7, -1]


@pytest.mark.parametrize(
    "value", [["a", None], pd.Series(["a", None]), pd.Categorical(["a", None]), pl.Series(["a", None])]
)
def test_missing_keys_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="missing keys"):
        to_groups(value)


def test_keys_of_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="texts or integers"):
        to_groups([1.5, 2.5])


TABLES = [
    pd.DataFrame({"score": [1.0, 2.0], "targets": [0.0, 1.0]}, index=[5, 7]),
    pl.DataFrame({"score": [1.0, 2.0], "targets": [0.0, 1.0]}),
    pa.table({"score": [1.0, 2.0], "targets": [0.0, 1.0]}),
    pa.record_batch({"score": [1.0, 2.0], "targets": [0.0, 1.0]}),
    {"score": [1.0, 2.0], "targets": [0.0, 1.0]},
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: type(table).__module__)
def test_columns_by_name(table: Any) -> None:
    found = select(table, {"predictions": "score"}, ["predictions", "targets", "weights"])
    assert {name: to_array(name, value).tolist() for name, value in found.items()} == {
        "predictions": [1, 2],
        "targets": [0, 1],
    }
    with pytest.raises(ValueError, match="'score', which is not a field"):
        select(table, None, ["predictions", "targets"])
    with pytest.raises(ValueError, match="the table has: score, targets"):
        select(table, {"predictions": "scores"}, ["predictions", "targets"])


def test_several_columns_are_the_numbers_of_a_row() -> None:
    frame = pl.DataFrame({"p_0": [0.2, 0.5], "p_1": [0.8, 0.5], "targets": [0, 1]})
    for wanted in ("p", ["p_0", "p_1"]):
        found = select(frame, {"predictions": wanted}, ["predictions", "targets"])
        assert found["predictions"].tolist() == [[0.2, 0.8], [0.5, 0.5]]


def test_a_table_has_columns() -> None:
    with pytest.raises(TypeError, match="named columns"):
        select(np.zeros((2, 2)), None, ["predictions"])


def test_json_has_null_for_nan() -> None:
    fields = Fields.of(
        {"predictions": [1.0, None], "groups": ["a", "b"], "delta": np.float32(0.5), "outputs": ("loss",)}
    )
    assert fields.json() == b'{"predictions":[1.0,null],"groups":["a","b"],"delta":0.5,"outputs":["loss"]}'
