# SPDX-License-Identifier: Apache-2.0
"""Requests for the squared error in every format, and the check of the gradients that come back."""

import io
import json
import math
import struct
import zipfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .failure import Failure
from .request import GRADIENT_ULPS, Request

_LOSS = "/v1/losses/squared_error"
_MODEL = "/v2/models/squared_error/infer"
_NAMES = ("predictions", "targets")


@dataclass(frozen=True)
class Format:
    """How the numbers of a request are encoded, and those of its response decoded.

    `code` is the type of numbers in binary: d for doubles, f for floats; "" stands for texts.
    `encode` takes the type of numbers, predictions and targets and returns the body, `decode` takes the type and
    the response and returns the gradient.
    """

    name: str
    media_type: str
    code: str
    encode: Callable[[str, list[array]], bytes]
    decode: Callable[[str, int, bytes], array]
    is_inference: bool = False


class FormatRequest:
    """A request in a format, with the gradient or without it."""

    def __init__(self, form: Format, numbers: Request, directory: Path, outputs: str):
        self.format = form
        self.count = numbers.count
        code = form.code or "d"
        self._inputs = [array(code, numbers.predictions), array(code, numbers.targets)]
        body = form.encode(code, self._inputs)
        self.target, self.fields = _LOSS, {"Content-Type": form.media_type, "Accept": form.media_type}
        if form.is_inference:
            self.target, self.fields = _MODEL, {"Content-Type": form.media_type}
            head = _inference_head(code, self.count, outputs)
            self.fields["Inference-Header-Content-Length"] = str(len(head))
            body = head + body
        else:
            self.target += f"?outputs={outputs}" + ("&dtype=f32" if code == "f" else "")
        self.path = directory / f"formats-{form.name.replace(' ', '-')}-{outputs}"
        self.path.write_bytes(body)
        self.size = len(body)
        self._correct: bytes | None = None

    def check(self, response: bytes | bytearray, who: str) -> None:
        """Raises Failure unless the response has the correct gradient."""
        if response == self._correct:
            return
        try:
            gradient = self.format.decode(self.format.code or "d", self.count, bytes(response))
        except (ValueError, KeyError, TypeError, struct.error, zipfile.BadZipFile) as error:
            raise Failure(f"{who} responded in {self.format.name} without a gradient: {error}")
        if len(gradient) != self.count:
            raise Failure(f"{who} responded in {self.format.name} with {len(gradient):,} derivatives")
        for index, (slope, p, t) in enumerate(zip(gradient, *self._inputs)):
            right = 2 * (p - t) / self.count
            # A float has 24 digits of 53.
            allowed = math.ulp(right) * (GRADIENT_ULPS if self.format.code != "f" else 2**29)
            if not abs(slope - right) <= allowed:
                raise Failure(f"{who} responded in {self.format.name} with gradient[{index}] = {slope}, expected {right}")
        self._correct = bytes(response)


def _json(code: str, inputs: list[array]) -> bytes:
    return json.dumps(dict(zip(_NAMES, map(list, inputs))), separators=(",", ":")).encode()


def _csv(code: str, inputs: list[array]) -> bytes:
    return (",".join(_NAMES) + "\n" + "".join(f"{p!r},{t!r}\n" for p, t in zip(*inputs))).encode()


def _ndjson(code: str, inputs: list[array]) -> bytes:
    return "".join(f'{{"predictions":{p!r},"targets":{t!r}}}\n' for p, t in zip(*inputs)).encode()


def _npy_array(code: str, numbers: array) -> bytes:
    kind = {"d": "<f8", "f": "<f4"}[code]
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({len(numbers)},), }}"
    # The header ends at a multiple of 64 bytes.
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + numbers.tobytes()


def _npy(code: str, inputs: list[array]) -> bytes:
    return b"".join(_npy_array(code, numbers) for numbers in inputs)


def _npz(code: str, inputs: list[array]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, numbers in zip(_NAMES, inputs):
            file.writestr(name + ".npy", _npy_array(code, numbers))
    return archive.getvalue()


def _safetensors(code: str, inputs: list[array]) -> bytes:
    header, end = {}, 0
    for name, numbers in zip(_NAMES, inputs):
        start, end = end, end + numbers.itemsize * len(numbers)
        kind = {"d": "F64", "f": "F32"}[code]
        header[name] = {"dtype": kind, "shape": [len(numbers)], "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(numbers.tobytes() for numbers in inputs)


def _inference_head(code: str, count: int, outputs: str) -> bytes:
    kind = {"d": "FP64", "f": "FP32"}[code]
    size = count * array(code).itemsize
    inputs = [
        {"name": name, "shape": [count], "datatype": kind, "parameters": {"binary_data_size": size}}
        for name in _NAMES
    ]
    parameters = {"binary_data_output": True, "output_datatype": kind}
    wanted = [{"name": name} for name in outputs.split(",")]
    return json.dumps({"inputs": inputs, "outputs": wanted, "parameters": parameters}).encode()


def _inference(code: str, inputs: list[array]) -> bytes:
    return b"".join(numbers.tobytes() for numbers in inputs)


def _numbers(code: str, content: bytes) -> array:
    numbers = array(code)
    numbers.frombytes(content)
    return numbers


def _last(code: str, count: int, response: bytes) -> array:
    """The gradient is the last array of the response."""
    return _numbers(code, response[-count * array(code).itemsize :])


def _of_npy(code: str, count: int, response: bytes) -> array:
    """The gradient is the only array of the response with as many numbers as each input."""
    start = 0
    while True:
        length = struct.unpack_from("<H", response, start + 8)[0]
        header = response[start + 10 : start + 10 + length].decode()
        start += 10 + length
        if f"'shape': ({count},)" in header:
            return _numbers(code, response[start : start + count * array(code).itemsize])
        # Other arrays have a single number.
        start += array(code).itemsize


def _of_npz(code: str, count: int, response: bytes) -> array:
    with zipfile.ZipFile(io.BytesIO(response)) as archive:
        return _of_npy(code, count, archive.read("gradient.npy"))


def _of_safetensors(code: str, count: int, response: bytes) -> array:
    start = 8 + struct.unpack_from("<Q", response)[0]
    first, last = json.loads(response[8:start])["gradient"]["data_offsets"]
    return _numbers(code, response[start + first : start + last])


def _of_ndjson(code: str, count: int, response: bytes) -> array:
    return array(code, (json.loads(line)["gradient"] for line in response.splitlines()))


FORMATS = [
    Format("JSON", "application/json", "", _json, lambda c, n, r: array(c, json.loads(r)["gradient"])),
    Format("CSV", "text/csv", "", _csv, lambda c, n, r: array(c, map(float, r.splitlines()[1:]))),
    Format("NDJSON", "application/x-ndjson", "", _ndjson, _of_ndjson),
    Format("npy, float64", "application/x-npy", "d", _npy, _of_npy),
    Format("npz, float64", "application/x-npz", "d", _npz, _of_npz),
    Format("safetensors, float64", "application/vnd.safetensors", "d", _safetensors, _of_safetensors),
    Format("safetensors, float32", "application/vnd.safetensors", "f", _safetensors, _of_safetensors),
    Format("Open Inference, FP64", "application/octet-stream", "d", _inference, _last, is_inference=True),
    Format("Open Inference, FP32", "application/octet-stream", "f", _inference, _last, is_inference=True),
]
