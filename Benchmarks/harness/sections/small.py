# SPDX-License-Identifier: Apache-2.0
"""Small questions: what one costs the server, and how many a second one core answers."""

from .. import contender
from ..bench import Bench
from ..question import Question
from ..server import Server
from ..wrk import load

COUNTS = [4, 100]
CONNECTIONS = [16, 64]
# wrk has one thread. Beyond this share of a core it may be what limits the server.
WRK_LIMIT = 0.95


def measure(bench: Bench) -> None:
    """The server has one core for itself, wrk another; ours starts one event loop that way."""
    bench.need("small", "wrk", "taskset")
    peers = [contender.OURS, contender.NGINX, contender.NUMPY, contender.TORCH, contender.NODE]
    with bench.serving(peers, bench.server_core) as servers:
        for server in servers:
            _load(bench, server, bench.question(COUNTS[0]), CONNECTIONS[0], seconds=1)  # Warm up.
        limited = [
            case
            for count in COUNTS
            for connections in CONNECTIONS
            for case in _compare(bench, servers, bench.question(count), connections)
        ]
    if limited:
        bench.run.note(
            "small",
            "wrk was as busy as could be, so more requests a second might be answered by "
            + "; ".join(limited),
        )


def _compare(bench: Bench, servers: list[Server], question: Question, connections: int) -> list[str]:
    """Adds the rows of one case; whom wrk kept waiting in it."""

    def asking(server: Server):
        return lambda: vars(_load(bench, server, question, connections, bench.seconds))

    found = bench.alternate({server.name: asking(server) for server in servers})
    case = f"n = {question.count}, {connections} connections"
    for field, quantity, unit in (
        ("processor_time", "processor time a request", "s"),
        ("requests_per_second", "requests a second", ""),
        ("p50", "median latency", "s"),
        ("p99", "99th percentile of latency", "s"),
    ):
        bench.add("small", case, quantity, unit, found[field])
    return [f"{name} at {case}" for name, shares in found["wrk_busy"].items() if min(shares) > WRK_LIMIT]


def _load(bench: Bench, server: Server, question: Question, connections: int, seconds: int):
    return load(server, question, bench.directory, connections, seconds, bench.load_core)
