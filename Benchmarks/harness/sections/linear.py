# SPDX-License-Identifier: Apache-2.0
"""Whether a number costs the same in a question of any size."""

import statistics
from pathlib import Path

from .. import contender
from ..bench import Bench
from ..question import Question
from ..run import OURS
from ..server import Server
from ..wrk import load

COUNTS = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
# The largest body has 385 MB and its answer 228 MB; both are also here, once or twice.
OPTIONS = ["--body-bytes", "1000000000", "--memory-bytes", "4000000000"]
LEAST_MEMORY_MIB = 6000
FLAT = 0.2
# A server that has nothing to do between two questions pays for falling asleep and waking up, some
# 20 us a question: that is no cost of their numbers. So small ones come sixteen at a time; of four at
# a time, those with n = 1,000 cost up to 77 ns a number where n = 10,000 cost 47.
SMALL = 10_000


def measure(bench: Bench) -> None:
    counts = COUNTS
    if _available_memory() < LEAST_MEMORY_MIB:
        counts = COUNTS[:-1]
        bench.run.skip(f"linear at n = {COUNTS[-1]:,} (less than {LEAST_MEMORY_MIB:,} MiB of memory are free)")
    with Server(contender.OURS, bench.directory, options=OPTIONS) as server:
        for count in counts:
            server.ask(bench.question(count))  # Warm up, and check the answer.
        found = bench.alternate({str(count): _asking(bench, server, bench.question(count)) for count in counts})
    costs = {count: found["time"][str(count)] for count in counts}
    for count, values in costs.items():
        bench.add("linear", f"n = {count:,}", "processor time an element", "s", {OURS: values})
    medians = {count: statistics.median(values) for count, values in costs.items()}
    middle = statistics.median(medians.values())
    farthest = max(medians, key=lambda count: abs(medians[count] / middle - 1))
    distance = medians[farthest] / middle - 1
    bench.run.note(
        "linear",
        f"the farthest from the middle one, n = {farthest:,}, is {distance:+.0%} off:"
        f" {'within' if abs(distance) <= FLAT else 'NOT within'} a fifth",
    )


def _asking(bench: Bench, server: Server, question: Question):
    def measure_small() -> dict[str, float]:
        found = load(server, question, bench.directory, connections=16, seconds=1)
        return {"time": found.processor_time / question.count}

    if question.count <= SMALL:
        return measure_small
    # About a tenth of a second at least, so that noise averages out.
    times = max(1, min(1000, 1_000_000 // question.count))

    def measure_once() -> dict[str, float]:
        before = server.processor_time()
        server.ask(question, times)
        return {"time": (server.processor_time() - before) / (times * question.count)}

    return measure_once


def _available_memory() -> float:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return 0
