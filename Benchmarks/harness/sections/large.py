# SPDX-License-Identifier: Apache-2.0
"""Large questions, one after the other over one connection."""

import statistics

from .. import contender, stages
from ..bench import Bench
from ..question import Question
from ..server import Server

COUNTS = [10_000, 100_000, 1_000_000]


def measure(bench: Bench) -> None:
    peers = [contender.OURS, contender.NUMPY, contender.TORCH, contender.NODE]
    with bench.serving(peers) as servers:
        # Upwards, so that a process has not grown before its peak is taken.
        for count in COUNTS:
            _compare(bench, servers, bench.question(count))


def _compare(bench: Bench, servers: list[Server], question: Question) -> None:
    times = max(3, min(50, 1_000_000 // question.count))

    def asking(server: Server):
        return lambda: _ask(server, question, times)

    for server in servers:
        server.ask(question)  # Warm up, and check the answer where no clock runs.
    measures = {server.name: asking(server) for server in servers}
    if bench.in_memory:
        # One thread that waits for nothing: its time is its processor time.
        measures[stages.NAME] = lambda: _seconds_as_both(bench.in_memory.seconds(question)["total"])
    found = bench.alternate(measures)
    case = f"n = {question.count:,}"
    bench.add("large", case, "time", "s", found["time"])
    bench.add("large", case, "processor time", "s", found["processor"])
    bench.add("large", case, "peak memory over idle", "MiB", found["peak"])


def _ask(server: Server, question: Question, times: int) -> dict[str, float]:
    server.reset_peak()
    before = server.processor_time()
    seconds = server.ask(question, times)
    return {
        "time": statistics.median(seconds),
        "processor": (server.processor_time() - before) / times,
        "peak": max(0, server.peak() - server.idle),
    }


def _seconds_as_both(seconds: float) -> dict[str, float]:
    return {"time": seconds, "processor": seconds}
