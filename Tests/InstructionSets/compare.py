#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares whole responses of the server on this processor and on an emulated one without FMA.

    make test-levels
    make test-levels EVERY=5

Sends every reference input in Tests/Golden, and larger batches made of them, to both servers, and expects the same bytes;
with EVERY=N, the first and every N-th after it.
The emulated processor is `qemu-x86_64 -cpu qemu64` of Debian's qemu-user, with SSE2 only: there the server must emulate
the fused multiply-add. Needs the static executable. Prints the computing time of both servers.
"""

import http.client
import itertools
import json
import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "Tests" / "Golden"
EXECUTABLE = ROOT / ".build-static" / "loss-server"
OUTPUTS = ["loss", "gradient", "hessian", "elements"]
# Batches of many blocks repeat the points of a group, or some of its rows and samples.
REPETITIONS = 40
REPEATED = 10
# Seconds for a response: workers have the least priority, so that a busy machine delays an emulated one.
TIMEOUT = 600


@contextmanager
def server(*command):
    """A connection to a server started by a command."""
    process = subprocess.Popen(
        [*command, str(EXECUTABLE), "--port", "0", "--log-level", "error"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        yield http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    finally:
        process.terminate()
        process.wait(timeout=30)


def requests(catalogue):
    """The path and the body of each request; `catalogue` returns the entry of a loss."""
    for file in sorted(GOLDEN.glob("*.json")):
        golden = json.loads(file.read_text())
        for case in golden.get("cases", []):
            body = case.get("request") or case.get("body")
            # A body that is text is not valid JSON.
            if isinstance(body, dict) and "problem" not in case:
                kind = "penalties" if "penalty" in case else "losses"
                yield f"/v1/{kind}/{case.get('loss') or case.get('penalty')}", body
        for group in golden.get("groups", []):
            yield from group_requests(golden, group, catalogue)


def group_requests(golden, group, catalogue):
    options = group["options"]
    path = f"/v1/penalties/{golden['penalty']}" if "penalty" in golden else f"/v1/losses/{golden['loss']}"
    for case in group.get("cases", []):
        yield path, options | {"parameters": case["parameters"], "outputs": OUTPUTS}
    if samples := group.get("samples"):
        yield from sample_requests(path, options, samples, catalogue(path)["inputs"])
        return
    for index, row in enumerate(group.get("rows", [])):
        body = {"predictions": [row["predictions"]], "targets": [row["target"]], "outputs": OUTPUTS}
        yield path, options | body
        if index % REPEATED == 0:
            yield path, options | {name: value * REPETITIONS for name, value in body.items() if name != "outputs"}
    points = group.get("points", [])
    for point in points:
        body = {"predictions": [point["prediction"]], "targets": [point["target"]], "outputs": OUTPUTS}
        yield path, options | body
    if points:
        predictions = [point["prediction"] for point in points] * REPETITIONS
        targets = [point["target"] for point in points] * REPETITIONS
        for reduction in "none", "sum", "mean":
            body = {"predictions": predictions, "targets": targets, "outputs": OUTPUTS, "reduction": reduction}
            yield path, options | body


def sample_requests(path, options, samples, inputs):
    """Requests for the samples of a loss of any inputs, with every derivative; `inputs` describes these."""
    names = [input["name"] for input in inputs]
    differentiable = [input["name"] for input in inputs if input["differentiable"]]
    common = options | {"outputs": OUTPUTS, "gradient_of": differentiable}
    for index, sample in enumerate(samples):
        values = dict(zip(names, sample.get("inputs") or sample["arrays"]))
        yield path, common | {name: value for name, value in values.items() if value is not None}
        if "inputs" in sample and index % REPEATED == 0:
            yield path, common | {name: [value] * REPETITIONS for name, value in values.items()}


def send(connection, path, body):
    """The status and the content of a response, and the milliseconds that it took to compute."""
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    time = re.search(r"compute;dur=([\d.]+)", response.getheader("Server-Timing", ""))
    return (response.status, content), float(time.group(1)) if time else 0.0


def main():
    if not EXECUTABLE.exists():
        sys.exit("loss-server is not built: make static")
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    counts, successes = Counter(), Counter()
    times = [0.0, 0.0]
    with server() as here, server("qemu-x86_64", "-cpu", "qemu64") as emulated:

        def catalogue(path):
            here.request("GET", path)
            return json.loads(here.getresponse().read())

        for path, body in itertools.islice(requests(catalogue), 0, None, every):
            (native, time), (other, other_time) = send(here, path, body), send(emulated, path, body)
            times[0] += time
            times[1] += other_time
            counts[path] += 1
            successes[path] += native[0] == 200
            if native != other:
                sys.exit(f"{path} {json.dumps(body)[:400]}\n  here     {native}\n  emulated {other}")
    # Refusals are compared too, but a comparison of refusals only would prove nothing. A few responses may be refusals by chance.
    if refused := [path for path in counts if successes[path] < counts[path] * 0.8 / every]:
        sys.exit(f"too few responses have status 200 for {', '.join(refused)}")
    print(f"{counts.total()} responses of {len(counts)} losses and penalties are the same to the last byte, "
          f"{successes.total()} of them with status 200")
    print(f"computed in {times[0]:.0f} ms here and in {times[1]:.0f} ms on the emulated processor")


if __name__ == "__main__":
    main()
