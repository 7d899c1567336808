# SPDX-License-Identifier: Apache-2.0
"""Standard streams that are not read, are full, or were never open."""

import itertools
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from bare import SMALL_RESPONSE, NOWHERE, Bare, asks, flood, last_words
from target import PATIENCE, SLOWNESS, Report, wait_until

LAST = 15
DRAIN_TIME = 5
WAIT = 1.0
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"


class Pipe:
    """A pipe for a log that is not read until requested."""

    def __init__(self):
        self.reader, self.writer = os.pipe()
        self.text = bytearray()
        self.thread = threading.Thread(target=self.read, daemon=True)

    def read(self) -> None:
        while part := os.read(self.reader, 1 << 16):
            self.text.extend(part)

    def hand_over(self) -> None:
        """Closes our copy of the writing end, so that only the server has it."""
        os.close(self.writer)

    def lines(self) -> list[bytes]:
        """The complete lines."""
        return bytes(self.text).split(b"\n")[:-1]

    def close(self) -> None:
        """Closes the reading end."""
        os.close(self.reader)


def log_reader(report: Report) -> None:
    """Standard error without a reader, with a sleeping one, or on a full device; standard output too."""
    for level in ("info", "debug"):
        reader_goes(report, f"reader goes, {level}", level)
    reader_sleeps(report)
    reader_wakes(report)
    with open("/dev/full", "wb") as full:
        without_reader(report, "/dev/full", stderr=full)
        without_reader(report, "/dev/full for both", stdout=full, stderr=full)
    without_reader(report, "stdout closed", before=lambda: os.close(1))
    for stream in ("stderr", "stdout"):
        pipe = Pipe()
        pipe.close()
        without_reader(report, f"{stream} without reader", **{stream: pipe.writer})
        pipe.hand_over()


def reader_goes(report: Report, name: str, level: str) -> None:
    pipe = Pipe()
    with server_with(level, stderr=pipe.writer) as server:
        pipe.hand_over()
        ready = server.serves()
        pipe.close()
        answered = flood(server, 500) if level == "debug" else server.ask() == 200
        claim(report, name, server, ready, answered, 500 if level == "debug" else 1)


def without_reader(report: Report, name: str, **streams) -> None:
    with server_with("debug", **streams) as server:
        claim(report, name, server, server.serves(), flood(server, 500), 500)


def reader_sleeps(report: Report) -> None:
    """3,000 requests while the reader of the log sleeps; meanwhile /livez is probed."""
    pipe = Pipe()
    with server_with("debug", stderr=pipe.writer) as server:
        pipe.hand_over()
        ready = server.serves()
        answered, times = 0, []
        for _ in range(60):
            now = flood(server, 50)
            answered += now
            times.append(seconds_to_livez(server))
            if now < 50:
                # Each event loop could stall separately.
                times += [seconds_to_livez(server) for _ in range(10)]
                break
        longest, alive = 1000 * max(times), max(times) < WAIT * SLOWNESS
        name = "reader asleep"
        report.measure(f"{name}, longest /livez", f"{longest:.0f} ms" if alive else "none")
        report.claim(f"{name}: /livez responds", alive)
        report.bound(f"{name}: /livez responds within 100 ms", longest < 100)
        claim(report, name, server, ready, answered, 3_000)
    pipe.close()


def seconds_to_livez(server: Bare) -> float:
    """The seconds until /livez responds, or the timeout."""
    start = time.monotonic()
    is_answered = server.ask(LIVEZ, WAIT) == 200
    return time.monotonic() - start if is_answered else WAIT * SLOWNESS


def reader_wakes(report: Report) -> None:
    """A reader that resumes is told the count of dropped lines, and reads only complete ones."""
    name, count = "reader wakes", 30_000
    pipe = Pipe()
    with server_with("debug", stderr=pipe.writer) as server:
        pipe.hand_over()
        ready = server.serves()
        answered = flood(server, count)
        pipe.thread.start()
        flood(server, 1)
        told = wait_until(lambda: dropped(pipe.lines()) > 0, 5)
        again = flood(server, 100)
        claim(report, name, server, ready, answered, count)
    pipe.thread.join(PATIENCE)
    pipe.close()
    lines = pipe.lines()
    logged = sum(b'"message":"answered"' in line for line in lines)
    lost = dropped(lines)
    report.figure(f"{name}, lines", f"{logged} of requests read, {lost} told to be dropped")
    report.claim(f"{name}: it is told how many lines were dropped", told)
    report.claim(f"{name}: all goes on then", again == 100)
    report.claim(f"{name}: no line is lost without being counted", logged + lost >= count)
    report.claim(f"{name}: no more lines are counted than there were", logged + lost < count + 200)
    whole = all(entry(line) for line in lines) and pipe.text.endswith(b"\n")
    report.claim(f"{name}: every line is whole", whole)


def entry(line: bytes | str) -> dict | None:
    """Parses a line of the log; None if it is invalid."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "message" in found and "level" in found else None


def dropped(lines: list[bytes]) -> int:
    """The count of dropped lines, according to the log."""
    told = [entry(line) or {} for line in lines if b"dropped" in line]
    return sum(int(line.get("lines", 0)) for line in told if "dropped" in line.get("message", ""))


def server_with(level: str, **streams) -> Bare:
    return Bare("--log-level", level, "--drain-time", str(DRAIN_TIME), **streams)


def claim(report: Report, name: str, server: Bare, ready: bool, answered: int, of: int) -> None:
    """Checks what must hold for any log: all requests are answered, and the server exits properly."""
    last = last_words(server, LAST)
    code, seconds = server.ends(DRAIN_TIME)
    report.figure(name, f"{int(answered)} of {of} answered, {last} of {LAST} sent before SIGTERM, "
                  f"exit code {code} after {seconds:.1f} s")
    report.claim(f"{name}: it serves", ready)
    report.claim(f"{name}: all are answered", answered == of)
    report.claim(f"{name}: requests sent before the signal are answered", last == LAST)
    report.claim(f"{name}: the exit code is 0, not {code}", code == 0)


def closed_descriptors(report: Report) -> None:
    """Every combination of descriptors 0, 1 and 2 closed when the server starts."""
    for closed in itertools.chain.from_iterable(
        itertools.combinations(range(3), size) for size in range(1, 4)
    ):
        start_without(report, closed)


def start_without(report: Report, closed: tuple[int, ...]) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    name = "without " + ", ".join(str(number) for number in closed)
    with tempfile.TemporaryDirectory() as folder:
        paths = ["/dev/null", f"{folder}/out", f"{folder}/err"]
        with (
            open(paths[1], "wb") as out, open(paths[2], "wb") as err,
            server_with("debug", stdin=NOWHERE, stdout=out, stderr=err, before=close) as server,
        ):
            ready = server.serves()
            right = sum(asks(server.port) == (200, SMALL_RESPONSE) for _ in range(100)) if ready else 0
            streams = [stream(server, number) for number in range(3)]
            code, _ = server.terminate()
        lines = Path(paths[2]).read_bytes().split(b"\n")[:-1]
        words = Path(paths[1]).read_bytes()
    expected = ["/dev/null" if number in closed else paths[number] for number in range(3)]
    found = [text.removeprefix(folder + "/") for text in streams]
    report.figure(name, f"{right} of 100 answered, exit code {code}, 0 to 2 are {', '.join(found)}")
    report.claim(f"{name}: all requests are answered", right == 100)
    report.claim(f"{name}: 0, 1 and 2 are what was given, or /dev/null", streams == expected)
    report.claim(f"{name}: the exit code is 0, not {code}", code == 0)
    if 2 not in closed:
        is_log = len(lines) > 100 and all(entry(line) for line in lines)
        report.claim(f"{name}: the log is on standard error, in whole lines", is_log)
    if 1 not in closed:
        is_said = words == f"loss-server listening on http://127.0.0.1:{server.port}\n".encode()
        report.claim(f"{name}: standard output has its one line", is_said)


def stream(server: Bare, number: int) -> str:
    """The file behind a descriptor of the server."""
    try:
        return os.readlink(f"/proc/{server.process.pid}/fd/{number}")
    except OSError:
        return "nothing"
