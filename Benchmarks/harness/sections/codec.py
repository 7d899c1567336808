# SPDX-License-Identifier: Apache-2.0
"""Reading and writing numbers of every shape in memory, compared with simdjson and std::to_chars."""

import re

from .. import program
from ..bench import Bench
from ..failure import Failure
from ..products import run_product
from ..run import OURS

COUNT = 300_000
LINE = re.compile(r"^(read|write)\s+(.*): ([\d.]+) ns/number", re.MULTILINE)


def measure(bench: Bench) -> None:
    for shape in run_product("codec-benchmark", "shapes").splitlines():
        measures = {OURS: lambda: _ours(shape)}
        if bench.numbers:
            measures[program.NAME] = lambda: bench.numbers.seconds(shape, COUNT)
        found = bench.alternate(measures)
        bench.add("codec", shape, "read a number; simdjson on demand", "s", found["read"])
        bench.add("codec", shape, "write a number; std::to_chars", "s", found["write"])


def _ours(shape: str) -> dict[str, float]:
    """Runs codec-benchmark, which checks each number that it reads or writes and traps on an error."""
    text = run_product("codec-benchmark", str(COUNT), shape)
    found = {
        what: float(nanoseconds) * 1e-9
        for what, name, nanoseconds in LINE.findall(text)
        if name == shape
    }
    if found.keys() != {"read", "write"}:
        raise Failure(f"codec-benchmark printed no times for reading and writing: {text[:200]}")
    return found
