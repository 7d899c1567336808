# SPDX-License-Identifier: Apache-2.0
"""Reading, computing and writing in memory, in C++: peers/stages.cpp."""

import json
import subprocess
from pathlib import Path

from .contender import PEERS, missing_programs, not_installed
from .failure import Failure, Skip
from .request import Request

NAME = "C++ in memory"


class Stages:
    """The program, compiled for the processor on which it runs."""

    def __init__(self, directory: Path):
        if missing := missing_programs("g++"):
            raise Skip(f"{NAME} ({not_installed(missing)})")
        self._program = directory / "stages"
        self._response = directory / "response-stages.json"
        self._correct: dict[int, bytes] = {}
        source = PEERS / "stages.cpp"
        options = ["-O3", "-march=native", "-std=c++20"]
        run = subprocess.run(
            ["g++", *options, str(source), "-lsimdjson", "-o", str(self._program)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        if "simdjson.h: No such file" in run.stderr or "cannot find -lsimdjson" in run.stderr:
            raise Skip(f"{NAME} ({not_installed(['libsimdjson-dev'])})")
        if run.returncode:
            raise Failure(f"g++ could not build {source.name}: {run.stderr.strip().splitlines()[0]}")

    def seconds(self, request: Request) -> dict[str, float]:
        """The median seconds of each stage, and as `total` those of all, with the faster reader."""
        runs = max(5, min(301, 3_000_000 // request.count))
        run = subprocess.run(
            [str(self._program), str(request.path), str(self._response), str(runs)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        if run.returncode:
            raise Failure(f"{NAME} failed at n = {request.count:,}: {run.stderr.strip()}")
        response = self._response.read_bytes()
        if response != self._correct.get(request.count):
            request.check(response, NAME, is_exact=False)
            self._correct[request.count] = response
        found = json.loads(run.stdout)
        found["total"] = min(found["on_demand"], found["tree"]) + found["compute"] + found["write"]
        return found
