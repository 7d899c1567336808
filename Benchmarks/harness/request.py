# SPDX-License-Identifier: Apache-2.0
"""A request for the squared error, and the check of its response."""

import json
import math
from pathlib import Path
from random import Random

from .failure import Failure

# Larger requests repeat the first million numbers. That exceeds the capacity of caches and branch
# predictors, and it limits the work of Python, which would take half a minute to write ten million
# numbers and several gigabytes to check them.
LARGEST_BLOCK = 1_000_000

# A gradient is 2 (p - t) / n, which has three roundings of half an ulp in any order; loss-server
# guarantees 5 ulp.
GRADIENT_ULPS = 5


class Request:
    """A request with n seeded uniform predictions and targets in [0, 1), in their shortest digits.

    The body is a file, so that the kernel can send it.
    """

    fields = {"Content-Type": "application/json"}

    def __init__(self, count: int, directory: Path):
        random = Random(7)
        block = min(count, LARGEST_BLOCK)
        self.count = count
        self.repeats = count // block
        if block * self.repeats != count:
            raise ValueError(f"{count} is not a multiple of {LARGEST_BLOCK}")
        self.predictions = [random.random() for _ in range(block)]
        self.targets = [random.random() for _ in range(block)]
        self.path = directory / f"request-{count}.json"
        with open(self.path, "w") as file:
            for name, values in ('{"predictions":', self.predictions), (',"targets":', self.targets):
                text = ",".join(map(repr, values))
                file.write(name)
                for repeat in range(self.repeats):
                    file.write(("," if repeat else "[") + text)
                file.write("]")
            file.write("}")
        self.size = self.path.stat().st_size

    def check(self, response: bytes | bytearray, who: str, is_exact: bool) -> None:
        """Raises Failure unless the response has the correct loss and gradient.

        `is_exact` means that the server guarantees the correctly rounded sum of the losses. Others may
        add in any order, with a relative error of at most n / 2^53: Higham, "Accuracy and Stability of
        Numerical Algorithms" (2002), section 4.2.
        """
        try:
            begin = response.index(b'"gradient":[') + len(b'"gradient":[')
            end = response.index(b"]", begin)
            loss = json.loads(response[:begin] + response[end:])["loss"]
            gradient = self._first_block(response[begin:end])
            if not {type(value) for value in gradient + [loss]} <= {int, float}:
                raise TypeError("not all values are numbers")
        except (ValueError, KeyError, TypeError) as error:
            text = response[:80].decode(errors="replace")
            raise Failure(
                f"{who} responded to n = {self.count:,} without a valid loss and gradient: {error} in {text}"
            )
        errors = [p - t for p, t in zip(self.predictions, self.targets)]
        right = math.fsum(e * e for e in errors) * self.repeats / self.count
        allowed = 2 * math.ulp(right) if is_exact else (self.count + 4) * 2**-53 * right
        if not abs(loss - right) <= allowed:
            raise Failure(f"{who} responded to n = {self.count:,} with the loss {loss}, expected {right}")
        if len(gradient) != len(errors):
            raise Failure(f"{who} responded to n = {self.count:,} with a gradient of the wrong length")
        for index, (slope, error) in enumerate(zip(gradient, errors)):
            right = 2 * error / self.count
            if not abs(slope - right) <= GRADIENT_ULPS * math.ulp(right):
                raise Failure(
                    f"{who} responded to n = {self.count:,} with gradient[{index}] = {slope}, expected {right}"
                )

    def _first_block(self, text: bytes) -> list[float]:
        """The gradient of one block of numbers, after checking that all blocks have the same."""
        length = (len(text) + 1) // self.repeats - 1
        first = text[:length]
        for repeat in range(1, self.repeats):
            begin = repeat * (length + 1)
            if text[begin - 1 : begin] != b"," or text[begin : begin + length] != first:
                raise ValueError("equal numbers got different derivatives")
        return json.loads(b"[" + first + b"]")
