# SPDX-License-Identifier: Apache-2.0
"""A million numbers in each of two arrays, and the gradient, in every format; times are processor times.

The time of a number sent is that of a request for the loss alone, divided by its numbers; that of a number returned
is the time that the gradient adds, its computation included.
"""

import json
import os
import subprocess
from pathlib import Path

from .. import contender
from ..bench import Bench
from ..client import Client
from ..contender import PEERS, bench_python, missing_packages, not_installed
from ..failure import Failure
from ..formats import FORMATS, Format, FormatRequest
from ..request import Request
from ..run import OURS
from ..server import Server

COUNT = 1_000_000
TIMES = 5
POLARS = "polars, one thread"


def measure(bench: Bench) -> None:
    numbers = bench.request(COUNT)
    with bench.serving([contender.OURS, contender.NUMPY]) as servers:
        ours, peers = servers[0], servers[1:]
        for server in peers:
            server.send(numbers)  # Warm up, and check the response outside the measurement.
        whole = {}
        for form in FORMATS:
            whole[form.name] = _compare(bench, ours, peers if form.name == "JSON" else [], form, numbers)
        _remark(bench, whole, peers)


def _compare(
    bench: Bench, ours: Server, peers: list[Server], form: Format, numbers: Request
) -> dict[str, list[float]]:
    """Adds the rows of a format; returns the processor time of the request with the gradient."""
    sums = FormatRequest(form, numbers, bench.directory, "loss")
    gradient = FormatRequest(form, numbers, bench.directory, "loss,gradient")
    measures = {OURS: lambda: _measure(ours, sums, gradient)}
    measures |= {server.name: lambda server=server: _measure_peer(server, numbers) for server in peers}
    if form.name == "CSV":
        if missing := missing_packages("polars"):
            bench.run.skip(f"{POLARS} ({not_installed(missing)})")
        else:
            measures[POLARS] = lambda: {"sent": _polars_seconds(sums.path, numbers) / (2 * COUNT)}
    found = bench.alternate(measures)
    bench.add("formats", form.name, "bytes of a number sent", "B", found["bytes sent"])
    bench.add("formats", form.name, "bytes of a number returned", "B", found["bytes returned"])
    bench.add("formats", form.name, "time of a number sent", "s", found["sent"])
    bench.add("formats", form.name, "time of a number returned", "s", found["returned"])
    bench.add("formats", form.name, "time of the request", "s", found["whole"])
    return found["whole"]


def _measure(server: Server, sums: FormatRequest, gradient: FormatRequest) -> dict[str, float]:
    read, _ = _seconds(server, sums)
    whole, response = _seconds(server, gradient)
    gradient.check(response, server.name)
    return {
        "bytes sent": gradient.size / (2 * COUNT),
        "bytes returned": len(response) / COUNT,
        "sent": read / (2 * COUNT),
        "returned": max(0, whole - read) / COUNT,
        "whole": whole,
    }


def _seconds(server: Server, request: FormatRequest) -> tuple[float, bytearray]:
    """The processor time of a request, and its response."""
    with Client(server.name, server.port, request.target) as client:
        client.send(request)  # Warm up.
        before = server.processor_time()
        for _ in range(TIMES):
            client.send(request)
        return (server.processor_time() - before) / TIMES, client.response


def _measure_peer(server: Server, numbers: Request) -> dict[str, float]:
    before = server.processor_time()
    server.send(numbers, TIMES)
    whole = (server.processor_time() - before) / TIMES
    return {"bytes sent": numbers.size / (2 * COUNT), "whole": whole}


def _polars_seconds(path: Path, numbers: Request) -> float:
    """The processor time in which polars reads the body from memory."""
    run = subprocess.run(
        [bench_python(), "-B", str(PEERS / "polars_csv.py"), str(path), str(TIMES)],
        env=os.environ | {"POLARS_MAX_THREADS": "1"}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if run.returncode:
        raise Failure(f"{POLARS} failed: {run.stderr.strip()[-500:]}")
    found = json.loads(run.stdout)
    for name, right in ("predictions", numbers.predictions), ("targets", numbers.targets):
        if found["last"][name] != right[-1] or found["count"] != len(right):
            raise Failure(f"{POLARS} read other numbers: {found}")
    return found["seconds"]


def _remark(bench: Bench, whole: dict[str, dict[str, list[float]]], peers: list[Server]) -> None:
    """Compares the binary formats with the peers, which read JSON."""
    for server in peers:
        theirs = whole["JSON"][server.name]
        for name in "safetensors, float64", "Open Inference, FP64":
            ratios = sorted(their / own for their, own in zip(theirs, whole[name][OURS]))
            bench.run.note(
                "formats", f"{server.name} with JSON takes {ratios[len(ratios) // 2]:.1f} times as long as {OURS} with {name}."
            )
    for name in "safetensors, float", "Open Inference, FP":
        halves, wholes = whole[name + "32"][OURS], whole[name + "64"][OURS]
        ratios = sorted(half / double for half, double in zip(halves, wholes))
        bench.run.note("formats", f"{name}32 takes {ratios[len(ratios) // 2]:.2f} of the time of {name}64.")
