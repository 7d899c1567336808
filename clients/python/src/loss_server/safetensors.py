# SPDX-License-Identifier: Apache-2.0
"""Arrays to the bytes of safetensors and back, without a copy of the numbers.

A body is the length of the header as a 64-bit little-endian number, the header in JSON, and the numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MEDIA_TYPE = "application/vnd.safetensors"

_NAMES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "bool": "BOOL",
    "int8": "I8", "int16": "I16", "int32": "I32", "int64": "I64",
    "uint8": "U8", "uint16": "U16", "uint32": "U32", "uint64": "U64",
}  # fmt: skip
_TYPES = {name: np.dtype(dtype).newbyteorder("<") for dtype, name in _NAMES.items() if dtype != "bfloat16"}

#: The names of the types of NumPy, and of ml_dtypes, that the format has.
DTYPES = frozenset(_NAMES)


def encode(arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> list[bytes | memoryview]:
    """Returns the body in pieces, of which all but the first are the memory of the arrays.

    Arrays in another order of bytes or dimensions are copied first.
    """
    header: dict[str, Any] = {"__metadata__": dict(texts)} if texts else {}
    pieces: list[bytes | memoryview] = []
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {
            "dtype": _NAMES[array.dtype.name],
            "shape": array.shape,
            "data_offsets": (start, end),
        }
        # `bfloat16` is not a type of NumPy's own, and has no order of bytes to change.
        native = array if array.dtype.name == "bfloat16" else array.astype(array.dtype.newbyteorder("<"), copy=False)
        pieces.append(np.ascontiguousarray(native).reshape(-1).view(np.uint8).data)
    head = json.dumps(header, separators=(",", ":")).encode()
    # Numbers begin at a multiple of 8, and may be read in place.
    head += b" " * (-len(head) % 8)
    return [len(head).to_bytes(8, "little") + head, *pieces]


def length(start: bytes | memoryview) -> int | None:
    """Returns the length of a body that starts with some bytes; `None` if they do not have the whole header."""
    end = 8 + int.from_bytes(start[:8], "little")
    if len(start) < end:
        return None
    header = json.loads(bytes(start[8:end]))
    return end + max((facts["data_offsets"][1] for name, facts in header.items() if name != "__metadata__"), default=0)


def decode(body: bytes | memoryview) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Returns the arrays of a body, which share its memory, and the texts of its header.

    Raises `ValueError` if the body is not in the format.
    """
    length = int.from_bytes(body[:8], "little")
    start = 8 + length
    if len(body) < start:
        raise ValueError("the body ends within the header of safetensors")
    header = json.loads(bytes(body[8:start]))
    texts = header.pop("__metadata__", {})
    arrays = {}
    for name, facts in header.items():
        shape, (first, last) = facts["shape"], facts["data_offsets"]
        dtype = _TYPES[facts["dtype"]]
        count = math.prod(shape)
        if last - first != count * dtype.itemsize or start + last > len(body):
            raise ValueError(f"the body does not have the bytes of the tensor {name}")
        arrays[name] = np.frombuffer(body, dtype, count, start + first).reshape(shape)
    return arrays, texts
