# SPDX-License-Identifier: Apache-2.0
"""The effect of large requests and of many open connections on small requests."""

import socket
from contextlib import ExitStack

from .. import contender
from ..bench import Bench
from ..flood import flood
from ..run import OURS
from ..server import Server
from ..wrk import load

COUNT = 4
CONNECTIONS = 1, 4, 16
LARGE_COUNT = 1_000_000
LARGE_CLIENTS = 4
FEW, MANY = 64, 1000


def measure(bench: Bench) -> None:
    bench.need("fairness", "wrk", "chrt", "taskset")
    with bench.serving([contender.OURS]) as [server]:
        for connections in CONNECTIONS:
            _beside_large(bench, server, connections)
    _many_connections(bench)


def _beside_large(bench: Bench, server: Server, connections: int) -> None:
    def measure() -> dict[str, float]:
        return _quiet(bench, server, connections) | _loud(bench, server, connections)

    found = bench.alternate({OURS: measure})
    quiet, loud = found["quiet"][OURS], found["loud"][OURS]
    plural = "" if connections == 1 else "s"
    case = f"n = {COUNT}, {connections} connection{plural}, 99th percentile of latency"
    rows = (
        ("beside two idle connections", "s", quiet),
        (f"beside {LARGE_CLIENTS} clients with n = {LARGE_COUNT:,}", "s", loud),
        ("ratio of the second to the first", "", [b / a for a, b in zip(quiet, loud)]),
        ("large responses per second meanwhile", "", found["large"][OURS]),
    )
    for quantity, unit, values in rows:
        bench.add("fairness", case, quantity, unit, {OURS: values})


def _quiet(bench: Bench, server: Server, connections: int) -> dict[str, float]:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
        return {"quiet": _p99(bench, server, connections)}


def _loud(bench: Bench, server: Server, connections: int) -> dict[str, float]:
    with flood(server, bench.request(LARGE_COUNT), bench.directory, LARGE_CLIENTS) as large:
        p99 = _p99(bench, server, connections)
    return {"loud": p99, "large": large.per_second}


def _p99(bench: Bench, server: Server, connections: int) -> float:
    request = bench.request(COUNT)
    return load(server, request, bench.directory, connections, bench.seconds).p99


def _many_connections(bench: Bench) -> None:
    """Measures a few connections alone, a few besides many idle ones, and many active ones."""
    request = bench.request(COUNT)

    def measurement(server: Server, connections: int, at_rest: int = 0):
        def measure_load() -> dict[str, float]:
            with ExitStack() as stack:
                for _ in range(at_rest):
                    stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
                found = load(
                    server, request, bench.directory, connections, bench.seconds, bench.load_core
                )
            return {"time": found.processor_time}

        return measure_load

    with bench.serving([contender.OURS], bench.server_core) as [server]:
        measures = {
            f"{FEW} connections": measurement(server, FEW),
            f"{FEW} connections beside {MANY - FEW} idle": measurement(server, FEW, MANY - FEW),
            f"{MANY:,} connections": measurement(server, MANY),
        }
        found = bench.alternate(measures)["time"]
    case = f"n = {COUNT}, processor time per request"
    for name in measures:
        bench.add("fairness", case, name, "s", {OURS: found[name]})
    few, *others = measures
    for name in others:
        ratios = [b / a for a, b in zip(found[few], found[name])]
        bench.add("fairness", case, f"{name}, ratio to {few}", "", {OURS: ratios})
