# SPDX-License-Identifier: Apache-2.0
"""A server that was started here: what it has taken of the machine, and its end."""

import os
import socket
import subprocess
import time
from pathlib import Path

from .client import Client
from .contender import Contender
from .failure import Failure
from .question import Question

START_PATIENCE = 60
STOP_PATIENCE = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A contender that serves, for the length of a `with`."""

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
        self._right: dict[int, bytes] = {}

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
            self.ask(Question(4, self._directory))
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
            raise Failure(f"{self.name} ended by itself with {status}: {self._last_words()}")

    def _await_port(self) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                if self._process.poll() is not None:
                    raise Failure(f"{self.name} did not start: {self._last_words()}")
                time.sleep(0.02)
        raise Failure(f"{self.name} took no connection within {START_PATIENCE} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def ask(self, question: Question, times: int = 1) -> list[float]:
        """Asks over one connection, and again; the seconds until each answer, which is right.

        That is checked, unless it is the same text as one that was.
        """
        with self._client as client:
            return [self._ask(client, question) for _ in range(times)]

    def _ask(self, client: Client, question: Question) -> float:
        seconds = client.ask(question)
        if client.answer != self._right.get(question.count):
            if self.contender.fixed_answer is None:
                question.check(client.answer, self.name, self.contender.is_exact)
            elif client.answer != self.contender.fixed_answer:
                raise Failure(f"{self.name} answered with another text than its fixed one")
            self._right[question.count] = bytes(client.answer)
        return seconds

    def right_answer(self, question: Question) -> bytes:
        """The text of a right answer."""
        self.ask(question)
        return self._right[question.count]

    def processor_time(self) -> float:
        """Seconds that its processes have had of the processors, in user and system mode."""
        return sum(time.clock_gettime(processor_clock(process)) for process in self._tree)

    def resident(self) -> float:
        return sum(memory(process, "VmRSS") for process in self._tree)

    def peak(self) -> float:
        """MiB that have been resident at most since `reset_peak`."""
        return sum(memory(process, "VmHWM") for process in self._tree)

    def reset_peak(self) -> None:
        for process in self._tree:
            Path(f"/proc/{process}/clear_refs").write_text("5")


def processor_clock(process: int) -> int:
    """The clock of another process, as clock_getcpuclockid(3) makes it.

    It counts what utime + stime of /proc/PID/stat count, in nanoseconds instead of ticks of 10 ms.
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
                # The name of a process stands in brackets and may contain any character.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # It has ended since the folder was listed.
            parents[int(entry.name)] = int(fields[1])
    found = [root]
    for parent in found:
        found += [process for process, its_parent in parents.items() if its_parent == parent]
    return found
