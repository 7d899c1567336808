# SPDX-License-Identifier: Apache-2.0
"""The time from the start to the first response, and the resident memory after it."""

import socket
import subprocess
import time

from .. import contender
from ..bench import Bench
from ..failure import Failure
from ..run import OURS
from ..server import STOP_PATIENCE, free_port, memory

STARTS = 20
REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
RESPONSE = b'{"status":"ok"}'


def measure(bench: Bench) -> None:
    found = [_start(bench) for _ in range(STARTS)]
    case = f"of {STARTS} starts"
    bench.add("start", case, "until the first response of /livez", "s", {OURS: [s for s, _ in found]})
    bench.add("start", case, "resident memory, idle", "MiB", {OURS: [m for _, m in found]})
    size = contender.EXECUTABLE.stat().st_size / 1e6
    bench.add("start", "as built", "static executable, stripped", "MB", {OURS: [size]})


def _start(bench: Bench) -> tuple[float, float]:
    """The seconds from the start of the process to its first response, and its resident MiB."""
    port = free_port()
    command = contender.OURS.command(port, bench.directory)
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        response = _first_response(process, port, started + 30)
        seconds = time.perf_counter() - started
        if not (response.startswith(b"HTTP/1.1 200 ") and response.endswith(RESPONSE)):
            raise Failure(f"loss-server responded to /livez with {response[-200:]!r}")
        resident = memory(process.pid, "VmRSS")
        process.terminate()
        if process.wait(STOP_PATIENCE):
            raise Failure(f"loss-server exited with {process.returncode} on SIGTERM")
        return seconds, resident
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _first_response(process: subprocess.Popen, port: int, deadline: float) -> bytes:
    while time.perf_counter() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 30) as connection:
                connection.sendall(REQUEST)
                response = b""
                while received := connection.recv(4096):
                    response += received
                return response
        except ConnectionRefusedError:
            if process.poll() is not None:
                raise Failure(f"loss-server exited with {process.returncode} instead of serving")
    raise Failure("loss-server did not respond to /livez within 30 s")
