# SPDX-License-Identifier: Apache-2.0
"""Reading, computing and writing in memory, in C++: peers/stages.cpp."""

from pathlib import Path

from .program import NAME, Program
from .request import Request


class Stages:
    """Measures the stages of a request."""

    def __init__(self, directory: Path):
        self._program = Program("stages", directory)
        self._response = directory / "response-stages.json"
        self._correct: dict[int, bytes] = {}

    def seconds(self, request: Request) -> dict[str, float]:
        """The median seconds of each stage, and as `total` those of all, with the faster reader."""
        runs = max(5, min(301, 3_000_000 // request.count))
        arguments = [str(request.path), str(self._response), str(runs)]
        found = self._program.measure(arguments, f"n = {request.count:,}")
        response = self._response.read_bytes()
        if response != self._correct.get(request.count):
            request.check(response, NAME, is_exact=False)
            self._correct[request.count] = response
        found["total"] = min(found["on_demand"], found["tree"]) + found["compute"] + found["write"]
        return found
