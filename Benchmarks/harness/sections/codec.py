# SPDX-License-Identifier: Apache-2.0
"""Reading and writing numbers in memory, ours beside simdjson and std::to_chars."""

import re

from .. import stages
from ..bench import Bench
from ..failure import Failure
from ..products import run_product
from ..run import OURS

COUNT = 1_000_000
# Uniform numbers with their shortest digits, the kind that questions here have.
KIND = "16"
LINE = re.compile(r"^(read|write)\s.*: ([\d.]+) ns/number", re.MULTILINE)


def measure(bench: Bench) -> None:
    measures = {OURS: _ours}
    if bench.in_memory:
        measures[stages.NAME] = lambda: _theirs(bench.in_memory.seconds(bench.question(COUNT)))
    found = bench.alternate(measures)
    case = "16 to 18 digits"
    bench.add("codec", case, "read a number; simdjson on demand", "s", found["read"])
    if "tree" in found:
        both = {OURS: found["read"][OURS]} | found["tree"]
        bench.add("codec", case, "read a number; simdjson tree", "s", both)
    bench.add("codec", case, "write a number; std::to_chars", "s", found["write"])


def _ours() -> dict[str, float]:
    """The program compares each number that it reads or writes, and traps if one is wrong."""
    text = run_product("codec-benchmark", str(COUNT), KIND)
    found = {what: float(nanoseconds) * 1e-9 for what, nanoseconds in LINE.findall(text)}
    if found.keys() != {"read", "write"}:
        raise Failure(f"codec-benchmark printed no time to read and to write: {text[:200]}")
    return found


def _theirs(seconds: dict[str, float]) -> dict[str, float]:
    return {
        "read": seconds["on_demand"] / (2 * COUNT),
        "tree": seconds["tree"] / (2 * COUNT),
        "write": seconds["write"] / COUNT,
    }
