# SPDX-License-Identifier: Apache-2.0
"""Health probes while all connections are in use in various ways."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable

from bare import SMALL_REQUEST, is_told
from scenarios.crowds import allow_descriptors
from target import (
    EXECUTABLE, SLOWNESS, Report, Site, post, make_body, read_response, read_to_end, wait_until,
)

LIMIT = 50
BEYOND = 200
SECONDS = 10
PATHS = ("/livez", "/readyz", "/healthz")
# The connections stay open during the trial.
LIMITS = [
    f"--{name}-time=60" for name in ("head", "idle", "body-stall", "response-stall", "linger")
]


class Holder:
    """A connection kept in use: it has sent some data and sends more once a second."""

    def __init__(self, site: Site, beginning: bytes, drip: bytes, is_answered: bool, taken: int):
        self.drip = drip
        self.taken = taken
        self.connection = site.connect(receive_buffer=4_096 if taken else None)
        self.connection.sendall(beginning)
        if is_answered:
            read_response(self.connection, bytearray())

    def go_on(self) -> None:
        with contextlib.suppress(OSError):
            if self.drip:
                self.connection.send(self.drip)
            if self.taken:
                self.connection.recv(self.taken, socket.MSG_DONTWAIT)


# The data sent at once, the data sent slowly, whether to await a response, and its reading rate.
KINDS: dict[str, tuple[bytes, bytes, bool, int]] = {
    "idle after a response": (SMALL_REQUEST, b"", True, 0),
    "idle before a request": (b"", b"", False, 0),
    "slow heads": (b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"a", False, 0),
    "slow bodies": (SMALL_REQUEST.replace(b"Length: 37", b"Length: 100"), b" ", False, 0),
    "slow readers": (post(make_body(100_000)), b"", False, 512),
}


def probes(report: Report) -> None:
    """50 clients at a limit of 50, and 200 more: probes are answered, others get 503."""
    allow_descriptors(1_000)
    for name, kind in KINDS.items():
        trial(report, name, [kind] * LIMIT)
    every = list(KINDS.values())
    trial(report, "a mixture", [every[number % len(every)] for number in range(LIMIT)])


class Pile:
    """Silent connections beyond the limit, which reconnect when closed."""

    def __init__(self, site: Site):
        self.site = site
        self.connections: list[socket.socket] = []
        self.told = self.closed = 0

    def refill(self, most: int) -> None:
        """Reconnects up to the intended count, with a maximum per call."""
        for connection in list(self.connections):
            with contextlib.suppress(BlockingIOError):
                if not self.is_open(connection):
                    self.connections.remove(connection)
        for _ in range(min(most, BEYOND - len(self.connections))):
            self.connections.append(self.site.connect())
            self.connections[-1].setblocking(False)

    def is_open(self, connection: socket.socket) -> bool:
        try:
            if connection.recv(1, socket.MSG_PEEK):
                # The response is complete, because it fits into one packet.
                response = connection.recv(1 << 16)
                self.told += is_told(response, 503, "too-many-connections", b"Retry-After: ")
        except ConnectionError:
            pass
        self.closed += 1
        connection.close()
        return False


def trial(report: Report, name: str, kinds: list[tuple[bytes, bytes, bool, int]]) -> None:
    with Site("--connections", str(LIMIT), *LIMITS) as site, contextlib.ExitStack() as stack:
        holders = [Holder(site, *kind) for kind in kinds]
        for holder in holders:
            stack.enter_context(holder.connection)
        # A client that connects before all of them are accepted takes the place of one, unnoticed
        # if that one is silent.
        time.sleep(0.2 * SLOWNESS)
        is_full = wait_until(lambda: is_refused(site))
        report.claim(f"{name}: all connections are in use, and a request gets 503", is_full)
        pile = Pile(site)
        pile.refill(BEYOND)
        times, failures, others, healths = [], [], [], []
        start = time.monotonic()
        for turn in range(10 * SECONDS):
            time.sleep(max(0, start + turn / 10 - time.monotonic()))
            if time.monotonic() > start + SECONDS:
                break
            for path in PATHS:
                seconds, failure = probe(site, path)
                times.append(seconds)
                failures += [failure] if failure else []
            if turn % 10 == 5:
                pile.refill(20)
                others.append(is_refused(site))
                for holder in holders:
                    holder.go_on()
            if turn % 30 == 15:
                healths.append(healthcheck(site))
        for connection in pile.connections:
            connection.close()
        refused = f"{sum(others)} of {len(others)} others told 503"
        report.figure(name, f"{len(times) - len(failures)} of {len(times)} probes answered; "
                      f"healthcheck {healths}; {refused}")
        report.measure("", f"longest {1000 * max(times):.0f} ms")
        report.figure("", f"beyond the limit {pile.closed} closed, {pile.told} of them told 503")
        report.claim(f"{name}: each probe is answered 200 {failures[:1]}", not failures)
        report.bound(f"{name}: each within a second", max(times) < 1 and len(times) > 10 * SECONDS)
        report.claim(f"{name}: healthcheck exits with 0", not any(healths))
        report.claim(f"{name}: other requests get 503 with Retry-After", all(others))


def probe(site: Site, path: str) -> tuple[float, str]:
    """The seconds that a probe took, and the reason if it failed."""
    start = time.monotonic()
    failure = ""
    try:
        with socket.create_connection(("127.0.0.1", site.port), SLOWNESS) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            code = read_response(connection, bytearray())[0]
            failure = "" if code == 200 else f"{path}: status {code}"
    except (OSError, EOFError) as error:
        failure = f"{path}: {error!r}"[:80]
    return time.monotonic() - start, failure


def is_refused(site: Site) -> bool:
    """Whether a request on a new connection gets 503 with Retry-After."""
    with site.connect() as connection:
        connection.settimeout(2 * SLOWNESS)
        try:
            connection.sendall(SMALL_REQUEST)
            response = read_to_end(connection)
        except OSError:
            return False
    return is_told(response, 503, "too-many-connections", b"\r\nRetry-After: ")


def healthcheck(site: Site) -> int | None:
    """The exit code of `loss-server healthcheck`."""
    command = [str(EXECUTABLE), "healthcheck", "--port", str(site.port)]
    try:
        seconds = 5 * SLOWNESS
        return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        return None
