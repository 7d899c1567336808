# SPDX-License-Identifier: Apache-2.0
"""A server process: how it is started, measured and stopped."""

import os
import socket
import subprocess
import time
from pathlib import Path

from .client import Client
from .contender import Contender
from .failure import Failure
from .request import Request

START_PATIENCE = 60
STOP_PATIENCE = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A context manager that runs the server of a contender."""

    def __init__(self, contender: Contender, directory: Path, core: int | None = None, options=()):
        self.contender = contender
        self.name = contender.name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{contender.path}"
        self._directory = directory
        self._log = directory / f"log-{self.port}"
        self._command = contender.command(self.port, directory) + list(options)
        if core is not None:
            self._command = ["taskset", "-c", str(core)] + self._command
        self._client = Client(self.name, self.port, contender.path)
        self._correct: dict[int, bytes] = {}

    def __enter__(self):
        with open(self._log, "w") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self.contender.environment,
            )
        try:
            self._await_port()
            self.send(Request(4, self._directory))
            self._tree = tree(self._process.pid)
            self.idle = self.resident()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind, error, trace):
        status = self._process.poll()
        self._stop()
        if status is not None and not isinstance(error, KeyboardInterrupt):
            raise Failure(f"{self.name} exited unexpectedly with {status}: {self._last_words()}")

    def _await_port(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                if self._process.poll() is not None:
                    raise Failure(f"{self.name} did not start: {self._last_words()}")
                time.sleep(0.02)
        raise Failure(f"{self.name} did not accept a connection within {START_PATIENCE} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no output"

    def _stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def send(self, request: Request, times: int = 1) -> list[float]:
        """Sends a request several times over one connection and returns the seconds of each.

        Each response is checked, unless it has the same text as one that passed the check.
        """
        with self._client as client:
            return [self._send(client, request) for _ in range(times)]

    def _send(self, client: Client, request: Request) -> float:
        seconds = client.send(request)
        if client.response != self._correct.get(request.count):
            if self.contender.fixed_response is None:
                request.check(client.response, self.name, self.contender.is_exact)
            elif client.response != self.contender.fixed_response:
                raise Failure(f"{self.name} sent a response other than its fixed one")
            self._correct[request.count] = bytes(client.response)
        return seconds

    def correct_response(self, request: Request) -> bytes:
        """The text of a correct response."""
        self.send(request)
        return self._correct[request.count]

    def processor_time(self) -> float:
        """The user and system time of the server's processes in seconds."""
        return sum(time.clock_gettime(processor_clock(process)) for process in self._tree)

    def resident(self) -> float:
        return sum(memory(process, "VmRSS") for process in self._tree)

    def peak(self) -> float:
        """The peak resident memory in MiB since `reset_peak`."""
        return sum(memory(process, "VmHWM") for process in self._tree)

    def reset_peak(self) -> None:
        for process in self._tree:
            Path(f"/proc/{process}/clear_refs").write_text("5")


def processor_clock(process: int) -> int:
    """The clock of another process, like clock_getcpuclockid(3).

    It counts the same time as utime + stime in /proc/PID/stat, in nanoseconds instead of ticks of
    10 ms.
    """
    return (~process << 3) | 2


def memory(process: int, field: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise Failure(f"/proc/{process}/status has no {field}")


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name of a process is in parentheses and may contain any character.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # The process has ended since the directory was listed.
            parents[int(entry.name)] = int(fields[1])
    found = [root]
    for parent in found:
        found += [process for process, its_parent in parents.items() if its_parent == parent]
    return found
