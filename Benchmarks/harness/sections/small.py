# SPDX-License-Identifier: Apache-2.0
"""Small requests: processor time per request, and requests per second on one core."""

from .. import contender
from ..bench import Bench
from ..request import Request
from ..server import Server
from ..wrk import load

COUNTS = [4, 100]
CONNECTIONS = [16, 64]
# wrk has one thread. Beyond this share of a core it may be the bottleneck.
WRK_LIMIT = 0.95


def measure(bench: Bench) -> None:
    """Runs the server on one core, where ours starts one event loop, and wrk on another."""
    bench.need("small", "wrk", "taskset")
    peers = [contender.OURS, contender.NGINX, contender.NUMPY, contender.TORCH, contender.NODE]
    with bench.serving(peers, bench.server_core) as servers:
        for server in servers:
            _load(bench, server, bench.request(COUNTS[0]), CONNECTIONS[0], seconds=1)  # Warm up.
        limited = [
            case
            for count in COUNTS
            for connections in CONNECTIONS
            for case in _compare(bench, servers, bench.request(count), connections)
        ]
    if limited:
        bench.run.note(
            "small",
            "wrk was fully busy, so the requests per second are lower bounds for "
            + "; ".join(limited),
        )


def _compare(bench: Bench, servers: list[Server], request: Request, connections: int) -> list[str]:
    """Adds the rows of one case and returns the servers for which wrk was the bottleneck."""

    def measurement(server: Server):
        return lambda: vars(_load(bench, server, request, connections, bench.seconds))

    found = bench.alternate({server.name: measurement(server) for server in servers})
    case = f"n = {request.count}, {connections} connections"
    for field, quantity, unit in (
        ("processor_time", "processor time per request", "s"),
        ("requests_per_second", "requests per second", ""),
        ("p50", "median latency", "s"),
        ("p99", "99th percentile of latency", "s"),
    ):
        bench.add("small", case, quantity, unit, found[field])
    return [f"{name} at {case}" for name, shares in found["wrk_busy"].items() if min(shares) > WRK_LIMIT]


def _load(bench: Bench, server: Server, request: Request, connections: int, seconds: int):
    return load(server, request, bench.directory, connections, seconds, bench.load_core)
