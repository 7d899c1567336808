# SPDX-License-Identifier: Apache-2.0
"""A server of its own for each attack, and somebody who uses it all the while."""

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
# One that was built with the address sanitizer is slow, and takes memory that is not the server's.
IS_SANITIZED = os.environ.get("TESTED_SANITIZED", "0") not in ("", "0")
# How much longer things may take then.
SLOWNESS = 5 if IS_SANITIZED else 1
PATIENCE = 30 * SLOWNESS
# Of what is printed.
COLUMNS = 120
# What the bystander brings where a token is wanted.
BYSTANDER_TOKEN = "a-token-of-the-bystander"


class Site:
    """A server, for the length of a `with`; it must not end by itself."""

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
                # 0 is the process that writes it.
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
        """Resident memory in MiB; VmHWM: the most there was."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(kind + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"the kernel does not tell {kind}")

    def is_at_rest(self) -> bool:
        """Whether all connections have gone, but for the one that asks; given some time."""
        return wait_until(lambda: self.metric("http_server_open_connections") == 1)

    def terminate(self) -> tuple[int, float]:
        """Sends SIGTERM; the exit code and the seconds until it came."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), time.monotonic() - start


class Bystander:
    """A client that asks some fifty times a second, from a process of its own.

    It asks the kinds of `bystander.py` that are named in turn, or only small questions.
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
        """What it has met; every question must have had its answer, none after long."""
        found = self.found
        report.measure("bystander", f"{found['right']} right, p50 {found['p50']:.1f} ms, "
                       f"p99 {found['p99']:.1f} ms, longest {found['longest']:.0f} ms")
        report.claim("the bystander asked", found["right"] > 0)
        report.claim(f"the bystander had no failure ({found['failure']})", not found["failures"])
        report.bound("the bystander's p99 is below 250 ms", found["p99"] < 250)


class Report:
    """What a scenario has found out."""

    def __init__(self, name: str):
        self.name = name
        self.figures: list[tuple[str, str]] = []
        self.broken: list[str] = []

    def figure(self, what: str, value) -> None:
        self.figures.append((what, str(value)))

    def measure(self, what: str, value) -> None:
        """A figure of resident memory or of time."""
        self.figure(what, measured(value))

    def claim(self, what: str, holds: bool) -> None:
        if not holds:
            self.broken.append(what)

    def bound(self, what: str, holds: bool) -> None:
        """A claim on resident memory or on time: none where the address sanitizer watches."""
        self.claim(what, holds or IS_SANITIZED)

    def print(self) -> None:
        verdict = "held" if not self.broken else "BROKEN"
        print(f"\n{self.name}: {verdict}")
        for what, value in self.figures:
            lines = textwrap.wrap(value, COLUMNS - 3 - max(34, len(what)), break_on_hyphens=False)
            for number, line in enumerate(lines or [""]):
                print(f"  {'' if number else what:<34} {line}".rstrip())
        for what in self.broken:
            print(f"  broken: {what}")
        sys.stdout.flush()


def measured(value) -> str:
    """A figure as it is printed which the address sanitizer makes meaningless."""
    return f"{value} (not claimed)" if IS_SANITIZED else str(value)


def get(port: int, path: str) -> tuple[int, bytes]:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        answer = read_to_end(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    return status(head), body


def post(body: bytes, path: str = "/v1/losses/mse", fields: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def question(count: int) -> bytes:
    """A question whose answer has gradients of some twenty digits."""
    predictions, targets = ",".join(["1.1"] * count), ",".join(["0"] * count)
    return f'{{"predictions":[{predictions}],"targets":[{targets}]}}'.encode()


def status(head: bytes) -> int:
    return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else 0


def read_to_end(connection: socket.socket) -> bytes:
    """All there is to read; what a reset leaves is what there was."""
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def read_answer(connection: socket.socket, left: bytearray) -> tuple[int, bytes, bool]:
    """The next answer: status, content, whether the connection ends with it.

    `left` keeps what has been read beyond it.
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
