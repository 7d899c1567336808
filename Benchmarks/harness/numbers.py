# SPDX-License-Identifier: Apache-2.0
"""Reading and writing numbers in memory, in C++: peers/numbers.cpp."""

import json
import subprocess
from pathlib import Path

from .contender import PEERS, missing_programs, not_installed
from .failure import Failure, Skip
from .products import run_product
from .stages import NAME


class Numbers:
    """The program, compiled for the processor on which it runs."""

    def __init__(self, directory: Path):
        if missing := missing_programs("g++"):
            raise Skip(f"{NAME} ({not_installed(missing)})")
        self._directory = directory
        self._program = directory / "numbers"
        source = PEERS / "numbers.cpp"
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

    def seconds(self, shape: str, count: int) -> dict[str, float]:
        """The median seconds to read and to write a number of a given shape."""
        file = self._directory / f"{count}-{shape.replace('/', '-')}.json"
        if not file.exists():
            file.write_text(run_product("codec-benchmark", "text", shape, str(count)))
        run = subprocess.run(
            [str(self._program), str(file), str(max(11, 20_000_000 // count))],
            capture_output=True,
            text=True,
            timeout=120,
        )
        if run.returncode:
            raise Failure(f"{NAME} failed to read {shape}: {run.stderr.strip()}")
        found = json.loads(run.stdout)
        if found["count"] != count:
            raise Failure(f"{NAME} read {found['count']} numbers of {count}")
        return {what: found[what] / count for what in ("read", "write")}
