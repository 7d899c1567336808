# SPDX-License-Identifier: Apache-2.0
"""A C++ program in memory, with simdjson, compiled for the processor on which it runs."""

import json
import subprocess
from pathlib import Path

from .contender import PEERS, missing_programs, not_installed
from .failure import Failure, Skip

NAME = "C++ in memory"


class Program:
    """The program built from peers/<name>.cpp; skipped if g++ or simdjson is not installed."""

    def __init__(self, name: str, directory: Path):
        if missing := missing_programs("g++"):
            raise Skip(f"{NAME} ({not_installed(missing)})")
        self._file = directory / name
        source = PEERS / f"{name}.cpp"
        options = ["-O3", "-march=native", "-std=c++20"]
        run = self._run(["g++", *options, str(source), "-lsimdjson", "-o", str(self._file)])
        if "simdjson.h: No such file" in run.stderr or "cannot find -lsimdjson" in run.stderr:
            raise Skip(f"{NAME} ({not_installed(['libsimdjson-dev'])})")
        if run.returncode:
            raise Failure(f"g++ could not build {source.name}: {run.stderr.strip().splitlines()[0]}")

    def measure(self, arguments: list[str], subject: str) -> dict[str, float]:
        """The JSON that the program prints; `subject` says in a failure what was measured."""
        run = self._run([str(self._file), *arguments])
        if run.returncode:
            raise Failure(f"{NAME} failed at {subject}: {run.stderr.strip()}")
        return json.loads(run.stdout)

    @staticmethod
    def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, timeout=120)
