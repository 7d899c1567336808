# SPDX-License-Identifier: Apache-2.0
"""Large requests, one after another over one connection."""

import statistics

from .. import contender, program
from ..bench import Bench
from ..request import Request
from ..server import Server

COUNTS = [10_000, 100_000, 1_000_000]


def measure(bench: Bench) -> None:
    peers = [contender.OURS, contender.NUMPY, contender.TORCH, contender.NODE]
    with bench.serving(peers) as servers:
        # In ascending order, so that no process has grown before its peak is measured.
        for count in COUNTS:
            _compare(bench, servers, bench.request(count))


def _compare(bench: Bench, servers: list[Server], request: Request) -> None:
    times = max(3, min(50, 1_000_000 // request.count))

    def measurement(server: Server):
        return lambda: _measure(server, request, times)

    for server in servers:
        server.send(request)  # Warm up, and check the response outside the measurement.
    measures = {server.name: measurement(server) for server in servers}
    if bench.in_memory:
        # A single thread that never waits: its time equals its processor time.
        measures[program.NAME] = lambda: _seconds_as_both(bench.in_memory.seconds(request)["total"])
    found = bench.alternate(measures)
    case = f"n = {request.count:,}"
    bench.add("large", case, "time", "s", found["time"])
    bench.add("large", case, "processor time", "s", found["processor"])
    bench.add("large", case, "peak memory over idle", "MiB", found["peak"])


def _measure(server: Server, request: Request, times: int) -> dict[str, float]:
    server.reset_peak()
    before = server.processor_time()
    seconds = server.send(request, times)
    return {
        "time": statistics.median(seconds),
        "processor": (server.processor_time() - before) / times,
        "peak": max(0, server.peak() - server.idle),
    }


def _seconds_as_both(seconds: float) -> dict[str, float]:
    return {"time": seconds, "processor": seconds}
