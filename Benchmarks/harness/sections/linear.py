# SPDX-License-Identifier: Apache-2.0
"""The cost per number in requests of any size, which should be constant."""

import statistics
from pathlib import Path

from .. import contender
from ..bench import Bench
from ..request import Request
from ..run import OURS
from ..server import Server
from ..wrk import load

COUNTS = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
# The largest body has 385 MB and its response 228 MB; this process holds both once or twice.
OPTIONS = ["--body-bytes", "1000000000", "--memory-bytes", "4000000000"]
LEAST_MEMORY_MIB = 6000
FLAT = 0.2
# A server that is idle between two requests pays about 20 us per request for sleeping and waking up,
# which is not a cost of the numbers. Therefore small requests are sent sixteen at a time; at four at
# a time, n = 1,000 cost up to 77 ns per number, and n = 10,000 cost 47 ns.
SMALL = 10_000


def measure(bench: Bench) -> None:
    counts = COUNTS
    if _available_memory() < LEAST_MEMORY_MIB:
        counts = COUNTS[:-1]
        bench.run.skip(f"linear at n = {COUNTS[-1]:,} (less than {LEAST_MEMORY_MIB:,} MiB of memory is free)")
    with Server(contender.OURS, bench.directory, options=OPTIONS) as server:
        for count in counts:
            server.send(bench.request(count))  # Warm up, and check the response.
        found = bench.alternate({str(count): _asking(bench, server, bench.request(count)) for count in counts})
    costs = {count: found["time"][str(count)] for count in counts}
    for count, values in costs.items():
        bench.add("linear", f"n = {count:,}", "processor time per element", "s", {OURS: values})
    medians = {count: statistics.median(values) for count, values in costs.items()}
    middle = statistics.median(medians.values())
    farthest = max(medians, key=lambda count: abs(medians[count] / middle - 1))
    distance = medians[farthest] / middle - 1
    bench.run.note(
        "linear",
        f"the largest deviation from the median, at n = {farthest:,}, is {distance:+.0%}:"
        f" {'within' if abs(distance) <= FLAT else 'NOT within'} a fifth",
    )


def _asking(bench: Bench, server: Server, request: Request):
    def measure_small() -> dict[str, float]:
        found = load(server, request, bench.directory, connections=16, seconds=1)
        return {"time": found.processor_time / request.count}

    if request.count <= SMALL:
        return measure_small
    # At least about a tenth of a second, so that noise averages out.
    times = max(1, min(1000, 1_000_000 // request.count))

    def measure_once() -> dict[str, float]:
        before = server.processor_time()
        server.send(request, times)
        return {"time": (server.processor_time() - before) / (times * request.count)}

    return measure_once


def _available_memory() -> float:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return 0
