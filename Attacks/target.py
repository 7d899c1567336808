# SPDX-License-Identifier: Apache-2.0
"""A separate server for each attack, and a bystander that uses it continuously."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXECUTABLE = Path(
    os.environ.get("TESTED_BINARY", HERE.parent / ".build-static" / "loss-server")
)
# An executable with the address sanitizer is slow and uses additional memory.
IS_SANITIZED = os.environ.get("TESTED_SANITIZED", "0") not in ("", "0")
# The factor by which timeouts are then longer.
SLOWNESS = 5 if IS_SANITIZED else 1
PATIENCE = 30 * SLOWNESS
# The width of the output.
COLUMNS = 120
# The token of the bystander if the server requires one.
BYSTANDER_TOKEN = "a-token-of-the-bystander"


class Server:
    """A context manager that runs a server, which must not exit unexpectedly."""

    def __init__(
        self,
        *options: str,
        port: int = 0,
        descriptors: int | None = None,
        data_bytes: int | None = None,
        group: Path | None = None,
    ):
        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
            if data_bytes:
                resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))
            if group:
                # 0 means the writing process.
                (group / "cgroup.procs").write_text("0")

        self.process = subprocess.Popen(
            [str(EXECUTABLE), "--port", str(port), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=limit,
        )
        line = self.process.stdout.readline()
        if not line.startswith("loss-server listening on http://"):
            raise RuntimeError(f"the server did not start: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])
        self.idle_descriptors = self.descriptors()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)

    def connect(self, receive_buffer: int | None = None) -> socket.socket:
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def get(self, path: str) -> tuple[int, bytes]:
        return get(self.port, path)

    def metric(self, name: str) -> float:
        lines = self.get("/metrics")[1].decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, kind: str = "VmRSS") -> float:
        """Resident memory in MiB; with VmHWM, its peak."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(kind + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"the kernel does not report {kind}")

    def is_at_rest(self) -> bool:
        """Waits until all other connections are closed; returns whether they are."""
        return wait_until(lambda: self.metric("http_server_open_connections") == 1)

    def terminate(self) -> tuple[int, float]:
        """Sends SIGTERM and returns the exit code and the seconds until the exit."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), time.monotonic() - start


class Bystander:
    """A client in a separate process that sends about fifty requests per second.

    It sends the given kinds of requests of `bystander.py` in turn, by default only small ones.
    """

    def __init__(self, port: int, *kinds: str):
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(HERE / "bystander.py"), str(port), *kinds],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
        self.found = json.loads(self.process.stdout.read())
        self.process.wait(PATIENCE)

    def report(self, report) -> None:
        """Reports the results; every request must have received a correct response in time."""
        found = self.found
        report.measure("bystander", f"{found['correct']} correct, p50 {found['p50']:.1f} ms, "
                       f"p99 {found['p99']:.1f} ms, max {found['max']:.0f} ms")
        report.claim("the bystander got correct responses", found["correct"] > 0)
        report.claim(f"the bystander had no failures ({found['failure']})", not found["failures"])
        report.bound("the bystander's p99 is below 250 ms", found["p99"] < 250)


class Report:
    """The results of a scenario."""

    def __init__(self, name: str):
        self.name = name
        self.figures: list[tuple[str, str]] = []
        self.violations: list[str] = []

    def figure(self, what: str, value) -> None:
        self.figures.append((what, str(value)))

    def measure(self, what: str, value) -> None:
        """Reports a figure of resident memory or time."""
        self.figure(what, measured(value))

    def claim(self, what: str, holds: bool) -> None:
        if not holds:
            self.violations.append(what)

    def bound(self, what: str, holds: bool) -> None:
        """Checks a claim about memory or time, except with the address sanitizer."""
        self.claim(what, holds or IS_SANITIZED)

    def print(self) -> None:
        verdict = "held" if not self.violations else "VIOLATED"
        print(f"\n{self.name}: {verdict}")
        for what, value in self.figures:
            lines = textwrap.wrap(value, COLUMNS - 3 - max(34, len(what)), break_on_hyphens=False)
            for number, line in enumerate(lines or [""]):
                print(f"  {'' if number else what:<34} {line}".rstrip())
        for what in self.violations:
            print(f"  violated: {what}")
        sys.stdout.flush()


def measured(value) -> str:
    """Formats a figure that is meaningless with the address sanitizer."""
    return f"{value} (not checked)" if IS_SANITIZED else str(value)


def get(port: int, path: str) -> tuple[int, bytes]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        response = read_to_end(connection)
    head, _, body = response.partition(b"\r\n\r\n")
    return status(head), body


def post(body: bytes, path: str = "/v1/losses/mse", fields: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def make_body(count: int) -> bytes:
    """A body whose response has gradients of about twenty digits."""
    predictions, targets = ",".join(["1.1"] * count), ",".join(["0"] * count)
    return f'{{"predictions":[{predictions}],"targets":[{targets}]}}'.encode()


def status(head: bytes) -> int:
    return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else 0


def read_to_end(connection: socket.socket) -> bytes:
    """Reads until the connection ends; after a reset, the data received before it."""
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def read_response(connection: socket.socket, left: bytearray) -> tuple[int, bytes, bool]:
    """Reads the next response: status, content, and whether the server closes the connection.

    `left` keeps the bytes read beyond it.
    """

    def more():
        part = connection.recv(1 << 16)
        if not part:
            raise EOFError(bytes(left))
        left.extend(part)

    def take(count: int) -> bytes:
        while len(left) < count:
            more()
        part = bytes(left[:count])
        del left[:count]
        return part

    def line() -> bytes:
        while b"\r\n" not in left:
            more()
        return take(left.index(b"\r\n") + 2)[:-2]

    while b"\r\n\r\n" not in left:
        more()
    head = take(left.index(b"\r\n\r\n") + 4)
    fields = {}
    for text in head.split(b"\r\n")[1:-2]:
        name, _, value = text.partition(b":")
        fields[name.lower()] = value.strip()
    if fields.get(b"transfer-encoding") == b"chunked":
        body = bytearray()
        while size := int(line(), 16):
            body += take(size)
            take(2)
        take(2)
    else:
        body = take(int(fields.get(b"content-length", 0)))
    return status(head), bytes(body), fields.get(b"connection") == b"close"


def wait_until(condition, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds * SLOWNESS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
