# SPDX-License-Identifier: Apache-2.0
"""A server with restricted resources, and requests that check whether it works."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from target import (
    EXECUTABLE, PATIENCE, SLOWNESS, post, make_body, read_response, status, wait_until,
)

BODY = b'{"predictions":[1,2],"targets":[0,0]}'
SMALL_REQUEST = post(BODY)
SMALL_RESPONSE = b'{"loss":2.5,"gradient":[1,2],"normalizer":2}'
DEVNULL = subprocess.DEVNULL


class BareServer:
    """A context manager that runs a server with the streams and limits chosen by a scenario.

    The server may fail to start or exit; its port is known without its output. All timeouts are
    longer with the address sanitizer.
    """

    def __init__(
        self, *options: str, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
        before_start=None, user=None,
    ):
        self.port = free_port()
        self.process = subprocess.Popen(
            [str(EXECUTABLE), "--port", str(self.port), *options],
            stdin=stdin, stdout=stdout, stderr=stderr, preexec_fn=before_start, user=user,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)

    def connect(self, seconds: float = 2, receive_buffer: int | None = None) -> socket.socket:
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(seconds * SLOWNESS)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def request_status(self, request: bytes = SMALL_REQUEST, seconds: float = 2) -> int:
        """The status of a response on a new connection; 0 if none arrives in time."""
        return try_request(self.port, request, seconds)[0]

    def is_serving(self, seconds: float = 5) -> bool:
        """Whether the server responds within a time limit and before it exits."""
        wait_until(lambda: self.has_exited() or self.request_status() == 200, seconds)
        return not self.has_exited() and self.request_status() == 200

    def has_exited(self) -> bool:
        return self.process.poll() is not None

    def wait_for_exit(self, seconds: float) -> tuple[int | None, float]:
        """The exit code, or None if the server does not exit in time, and the elapsed seconds."""
        start = time.monotonic()
        try:
            code = self.process.wait(seconds * SLOWNESS)
        except subprocess.TimeoutExpired:
            code = None
        return code, time.monotonic() - start

    def terminate(self, seconds: float = 10) -> tuple[int | None, float]:
        """Sends SIGTERM and returns the exit code and the seconds until the exit."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_for_exit(seconds)

    def freeze(self) -> None:
        """Suspends the process until `thaw`; data sent meanwhile is queued in its sockets."""
        self.process.send_signal(signal.SIGSTOP)
        stat = Path(f"/proc/{self.process.pid}/stat")
        state = lambda: stat.read_text().rsplit(")", 1)[1].split()[0]
        wait_until(lambda: self.has_exited() or state() == "T")

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def try_request(port: int, request: bytes = SMALL_REQUEST, seconds: float = 2) -> tuple[int, bytes]:
    """The status and content of a response on a new connection; 0 if none arrives in time."""
    try:
        with socket.create_connection(("127.0.0.1", port), seconds * SLOWNESS) as connection:
            connection.sendall(request)
            code, body, _ = read_response(connection, bytearray())
            return code, body
    except (OSError, EOFError, ValueError) as error:
        return 0, repr(error).encode()


def flood(server: BareServer, count: int, request: bytes = SMALL_REQUEST, batch: int = 100) -> int:
    """The number of correct responses to `count` requests, sent in batches on one connection."""
    right, left = 0, bytearray()
    try:
        with server.connect(5) as connection:
            for start in range(0, count, batch):
                connection.sendall(request * min(batch, count - start))
                for _ in range(min(batch, count - start)):
                    code, body, _ = read_response(connection, left)
                    right += (code, body) == (200, SMALL_RESPONSE)
    except (OSError, EOFError):
        pass
    return right


def responses_after_sigterm(server: BareServer, count: int = 15, seconds: float = 10) -> int:
    """Sends requests, and SIGTERM before the server reads any; returns the number of responses.

    Half of the requests are short; the others have the maximum length that is processed inline.
    """
    connections, succeeded = [], 0
    try:
        server.freeze()
        for number in range(count):
            connections.append(server.connect(seconds))
            connections[-1].sendall(post(make_body(4 if number % 2 else 5_000)))
        server.process.send_signal(signal.SIGTERM)
    except OSError:
        pass
    server.thaw()
    end = time.monotonic() + seconds * SLOWNESS
    for connection in connections:
        try:
            connection.settimeout(max(0.01, end - time.monotonic()))
            succeeded += read_response(connection, bytearray())[0] == 200
        except (OSError, EOFError):
            pass
        connection.close()
    return succeeded


def is_problem_response(response: bytes, code: int, problem: str, fields: bytes = b"") -> bool:
    """Whether a response is a problem document of a given type with given fields."""
    kind = f'"type":"/problems/{problem}"'.encode()
    return status(response) == code and kind in response and fields in response


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
