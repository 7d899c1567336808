# SPDX-License-Identifier: Apache-2.0
"""Many small requests at once, sent by wrk."""

import json
import os
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .failure import Failure
from .request import Request
from .server import Server

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True)
class Load:
    """The results of a run of wrk; times in seconds."""

    processor_time: float
    requests_per_second: float
    p50: float
    p99: float
    wrk_busy: float


def load(
    server: Server,
    request: Request,
    directory: Path,
    connections: int,
    seconds: int,
    core: int | None = None,
) -> Load:
    """Runs wrk with a number of connections; every response must equal a correct one."""
    response = directory / f"response-{server.port}-{request.count}.json"
    response.write_bytes(server.correct_response(request))
    pin = [] if core is None else ["taskset", "-c", str(core)]
    before = server.processor_time()
    own_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        run = subprocess.run(
            pin
            + ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
            + ["-s", str(SCRIPT), server.url],
            env=os.environ | {"REQUEST": str(request.path), "RESPONSE": str(response)},
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"wrk did not finish sending requests to {server.name}")
    taken = server.processor_time() - before
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    own_taken = own.ru_utime + own.ru_stime - own_before.ru_utime - own_before.ru_stime
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    what = f"of {server.name} at n = {request.count}, {connections} connections"
    if run.returncode or not lines:
        raise Failure(f"wrk failed to get responses {what}: {(run.stderr or run.stdout).strip()}")
    counts = json.loads(lines[0])
    if counts["wrong"]:
        raise Failure(f"{counts['wrong']} responses {what} were wrong, such as: {counts['example']}")
    if counts["lost"]:
        raise Failure(f"{counts['lost']} connections or responses {what} were lost")
    if not counts["right"]:
        raise Failure(f"no response {what} arrived in {seconds} s")
    elapsed = counts["microseconds"] / 1e6
    return Load(
        processor_time=taken / counts["right"],
        requests_per_second=counts["right"] / elapsed,
        p50=counts["p50"] / 1e6,
        p99=counts["p99"] / 1e6,
        wrk_busy=own_taken / elapsed,
    )
