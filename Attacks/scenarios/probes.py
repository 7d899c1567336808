# SPDX-License-Identifier: Apache-2.0
"""Health probes while all connections are in use in various ways."""

import contextlib
import socket
import subprocess
import time

from bare import SMALL_REQUEST, is_problem_response
from scenarios.crowds import allow_descriptors
from target import (
    EXECUTABLE, SLOWNESS, Report, Server, post, make_body, read_response, read_to_end, wait_until,
)

LIMIT = 50
BEYOND = 200
SECONDS = 10
PATHS = ("/livez", "/readyz", "/healthz")
# The connections stay open during the trial.
LIMITS = [
    f"--{name}-time=60" for name in ("head", "idle", "body-stall", "response-stall", "linger")
]


class BusyClient:
    """A connection kept in use: it sends some data, and then more once a second."""

    def __init__(
        self, server: Server, beginning: bytes, drip: bytes, has_response: bool, read_size: int
    ):
        self.drip = drip
        self.read_size = read_size
        self.connection = server.connect(receive_buffer=4_096 if read_size else None)
        self.connection.sendall(beginning)
        if has_response:
            read_response(self.connection, bytearray())

    def send_more(self) -> None:
        with contextlib.suppress(OSError):
            if self.drip:
                self.connection.send(self.drip)
            if self.read_size:
                self.connection.recv(self.read_size, socket.MSG_DONTWAIT)


# The data sent at once, the data sent slowly, whether to await a response, and its reading rate.
KINDS: dict[str, tuple[bytes, bytes, bool, int]] = {
    "idle after a response": (SMALL_REQUEST, b"", True, 0),
    "idle before a request": (b"", b"", False, 0),
    "slow heads": (b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"a", False, 0),
    "slow bodies": (SMALL_REQUEST.replace(b"Length: 37", b"Length: 100"), b" ", False, 0),
    "slow readers": (post(make_body(100_000)), b"", False, 512),
}


def probes(report: Report) -> None:
    """50 clients with a limit of 50, and 200 more: probes succeed, others get 503."""
    allow_descriptors(1_000)
    for name, kind in KINDS.items():
        trial(report, name, [kind] * LIMIT)
    every = list(KINDS.values())
    trial(report, "a mixture", [every[number % len(every)] for number in range(LIMIT)])


class SilentConnections:
    """Silent connections beyond the limit, which reconnect when closed."""

    def __init__(self, server: Server):
        self.server = server
        self.connections: list[socket.socket] = []
        self.refused_count = self.closed = 0

    def refill(self, most: int) -> None:
        """Reconnects up to the intended count, with a maximum per call."""
        for connection in list(self.connections):
            with contextlib.suppress(BlockingIOError):
                if not self.is_open(connection):
                    self.connections.remove(connection)
        for _ in range(min(most, BEYOND - len(self.connections))):
            self.connections.append(self.server.connect())
            self.connections[-1].setblocking(False)

    def is_open(self, connection: socket.socket) -> bool:
        try:
            if connection.recv(1, socket.MSG_PEEK):
                # The response is complete, because it fits into one packet.
                response = connection.recv(1 << 16)
                self.refused_count += is_problem_response(
                    response, 503, "too-many-connections", b"Retry-After: ")
        except ConnectionError:
            pass
        self.closed += 1
        connection.close()
        return False


def trial(report: Report, name: str, kinds: list[tuple[bytes, bytes, bool, int]]) -> None:
    with Server("--connections", str(LIMIT), *LIMITS) as server, contextlib.ExitStack() as stack:
        busy_clients = [BusyClient(server, *kind) for kind in kinds]
        for client in busy_clients:
            stack.enter_context(client.connection)
        # Before all of them are accepted, another client could take the slot of one, which would go
        # unnoticed if that one is silent.
        time.sleep(0.2 * SLOWNESS)
        is_full = wait_until(lambda: is_refused(server))
        report.claim(f"{name}: all connections are in use, and a request gets 503", is_full)
        silent = SilentConnections(server)
        silent.refill(BEYOND)
        times, failures, others, healthchecks = [], [], [], []
        start = time.monotonic()
        for turn in range(10 * SECONDS):
            time.sleep(max(0, start + turn / 10 - time.monotonic()))
            if time.monotonic() > start + SECONDS:
                break
            for path in PATHS:
                seconds, failure = probe(server, path)
                times.append(seconds)
                failures += [failure] if failure else []
            if turn % 10 == 5:
                silent.refill(20)
                others.append(is_refused(server))
                for client in busy_clients:
                    client.send_more()
            if turn % 30 == 15:
                healthchecks.append(healthcheck(server))
        for connection in silent.connections:
            connection.close()
        refused = f"{sum(others)} of {len(others)} others got 503"
        report.figure(name, f"{len(times) - len(failures)} of {len(times)} probes succeeded; "
                      f"healthcheck {healthchecks}; {refused}")
        report.measure("", f"slowest probe {1000 * max(times):.0f} ms")
        report.figure("", f"beyond the limit: {silent.closed} closed, "
                      f"{silent.refused_count} of them with 503")
        report.claim(f"{name}: each probe gets 200 {failures[:1]}", not failures)
        report.bound(f"{name}: each probe takes less than a second",
                     max(times) < 1 and len(times) > 10 * SECONDS)
        report.claim(f"{name}: healthcheck exits with 0", not any(healthchecks))
        report.claim(f"{name}: other requests get 503 with Retry-After", all(others))


def probe(server: Server, path: str) -> tuple[float, str]:
    """The seconds that a probe took, and the reason if it failed."""
    start = time.monotonic()
    failure = ""
    try:
        with socket.create_connection(("127.0.0.1", server.port), SLOWNESS) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            code = read_response(connection, bytearray())[0]
            failure = "" if code == 200 else f"{path}: status {code}"
    except (OSError, EOFError) as error:
        failure = f"{path}: {error!r}"[:80]
    return time.monotonic() - start, failure


def is_refused(server: Server) -> bool:
    """Whether a request on a new connection gets 503 with Retry-After."""
    with server.connect() as connection:
        connection.settimeout(2 * SLOWNESS)
        try:
            connection.sendall(SMALL_REQUEST)
            response = read_to_end(connection)
        except OSError:
            return False
    return is_problem_response(response, 503, "too-many-connections", b"\r\nRetry-After: ")


def healthcheck(server: Server) -> int | None:
    """The exit code of `loss-server healthcheck`."""
    command = [str(EXECUTABLE), "healthcheck", "--port", str(server.port)]
    try:
        seconds = 5 * SLOWNESS
        return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        return None
