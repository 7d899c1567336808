# SPDX-License-Identifier: Apache-2.0
"""Whether a number costs the same in a question of any size."""

import statistics
from pathlib import Path

from .. import contender
from ..bench import Bench
from ..question import Question
from ..run import OURS
from ..server import Server

COUNTS = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
# The largest body has 385 MB and its answer 228 MB; both are also here, once or twice.
OPTIONS = ["--body-bytes", "1000000000", "--memory-bytes", "4000000000"]
LEAST_MEMORY_MIB = 6000
FLAT = 1.2


def measure(bench: Bench) -> None:
    counts = COUNTS
    if _available_memory() < LEAST_MEMORY_MIB:
        counts = COUNTS[:-1]
        bench.run.skip(f"linear at n = {COUNTS[-1]:,} (less than {LEAST_MEMORY_MIB:,} MiB of memory are free)")
    with Server(contender.OURS, bench.directory, options=OPTIONS) as server:
        for count in counts:
            server.ask(bench.question(count))  # Warm up, and check the answer.
        found = bench.alternate({str(count): _asking(server, bench.question(count)) for count in counts})
    costs = {count: found["time"][str(count)] for count in counts}
    for count, values in costs.items():
        bench.add("linear", f"n = {count:,}", "processor time an element", "s", {OURS: values})
    medians = {count: statistics.median(values) for count, values in costs.items()}
    cheapest, dearest = min(medians, key=medians.get), max(medians, key=medians.get)
    ratio = medians[dearest] / medians[cheapest]
    bench.run.note(
        "linear",
        f"an element of n = {dearest:,} costs {ratio:.2f} times one of n = {cheapest:,},"
        f" {'within' if ratio <= FLAT else 'NOT within'} a fifth",
    )


def _asking(server: Server, question: Question):
    # About a tenth of a second at least, so that noise averages out of small questions.
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
