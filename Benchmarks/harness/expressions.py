# SPDX-License-Identifier: Apache-2.0
"""The losses as expressions of NumPy and SciPy, computed by a process of their own."""

import json
import subprocess

from .contender import PEERS, bench_python, missing_packages, not_installed
from .failure import Failure, Skip

NAME = "NumPy and SciPy"


class Expressions:
    """The process; skipped if NumPy or SciPy is not installed."""

    def __init__(self) -> None:
        if missing := missing_packages("numpy", "scipy"):
            raise Skip(f"{NAME} ({not_installed(missing)})")

    def __enter__(self) -> "Expressions":
        command = [bench_python(), "-B", str(PEERS / "numpy_losses.py")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def measure(self, loss: str, inputs: dict, options: dict, times: int) -> tuple[float, float] | None:
        """The mean loss and the least of some times in seconds; None for a loss that has no expression."""
        self._process.stdin.write(json.dumps([loss, inputs, options, times]) + "\n")
        self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            raise Failure(f"{NAME} failed at {loss}")
        return json.loads(line)
