# SPDX-License-Identifier: Apache-2.0
"""Standard streams that are not read, are full, or were never open."""

import itertools
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from bare import SMALL_RESPONSE, DEVNULL, BareServer, try_request, flood, responses_after_sigterm
from target import PATIENCE, SLOWNESS, Report, wait_until

FINAL_REQUESTS = 15
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

    def close_writer(self) -> None:
        """Closes our copy of the writing end, so that only the server has it."""
        os.close(self.writer)

    def lines(self) -> list[bytes]:
        """The complete lines."""
        return bytes(self.text).split(b"\n")[:-1]

    def close(self) -> None:
        """Closes the reading end."""
        os.close(self.reader)


def log_reader(report: Report) -> None:
    """A log without a reader, with a sleeping one, or on a full device; also standard output."""
    for level in ("info", "debug"):
        reader_exits(report, f"reader exits, {level}", level)
    reader_sleeps(report)
    reader_resumes(report)
    with open("/dev/full", "wb") as full:
        without_reader(report, "/dev/full", stderr=full)
        without_reader(report, "/dev/full for both", stdout=full, stderr=full)
    without_reader(report, "stdout closed", before_start=lambda: os.close(1))
    for stream in ("stderr", "stdout"):
        pipe = Pipe()
        pipe.close()
        without_reader(report, f"{stream} without reader", **{stream: pipe.writer})
        pipe.close_writer()


def reader_exits(report: Report, name: str, level: str) -> None:
    pipe = Pipe()
    with server_with(level, stderr=pipe.writer) as server:
        pipe.close_writer()
        ready = server.is_serving()
        pipe.close()
        succeeded = flood(server, 500) if level == "debug" else server.request_status() == 200
        claim(report, name, server, ready, succeeded, 500 if level == "debug" else 1)


def without_reader(report: Report, name: str, **streams) -> None:
    with server_with("debug", **streams) as server:
        claim(report, name, server, server.is_serving(), flood(server, 500), 500)


def reader_sleeps(report: Report) -> None:
    """3,000 requests while the reader of the log sleeps; meanwhile /livez is probed."""
    pipe = Pipe()
    with server_with("debug", stderr=pipe.writer) as server:
        pipe.close_writer()
        ready = server.is_serving()
        succeeded, times = 0, []
        for _ in range(60):
            now = flood(server, 50)
            succeeded += now
            times.append(seconds_to_livez(server))
            if now < 50:
                # Each event loop could stall separately.
                times += [seconds_to_livez(server) for _ in range(10)]
                break
        longest, alive = 1000 * max(times), max(times) < WAIT * SLOWNESS
        name = "reader sleeps"
        report.measure(f"{name}, slowest /livez", f"{longest:.0f} ms" if alive else "no response")
        report.claim(f"{name}: /livez responds", alive)
        report.bound(f"{name}: /livez responds within 100 ms", longest < 100)
        claim(report, name, server, ready, succeeded, 3_000)
    pipe.close()


def seconds_to_livez(server: BareServer) -> float:
    """The seconds until /livez responds, or the timeout."""
    start = time.monotonic()
    is_successful = server.request_status(LIVEZ, WAIT) == 200
    return time.monotonic() - start if is_successful else WAIT * SLOWNESS


def reader_resumes(report: Report) -> None:
    """A reader that resumes gets the number of dropped lines, and only complete lines."""
    name, count = "reader resumes", 30_000
    pipe = Pipe()
    with server_with("debug", stderr=pipe.writer) as server:
        pipe.close_writer()
        ready = server.is_serving()
        succeeded = flood(server, count)
        pipe.thread.start()
        flood(server, 1)
        has_count = wait_until(lambda: dropped(pipe.lines()) > 0, 5)
        again = flood(server, 100)
        claim(report, name, server, ready, succeeded, count)
    pipe.thread.join(PATIENCE)
    pipe.close()
    lines = pipe.lines()
    logged = sum(b'"message":"responded"' in line for line in lines)
    lost = dropped(lines)
    report.figure(f"{name}, lines", f"{logged} request lines read, {lost} reported as dropped")
    report.claim(f"{name}: it gets the number of dropped lines", has_count)
    report.claim(f"{name}: requests succeed afterwards", again == 100)
    report.claim(f"{name}: no line is lost without being counted", logged + lost >= count)
    report.claim(f"{name}: the lines read and dropped do not exceed those written",
                 logged + lost < count + 200)
    whole = all(entry(line) for line in lines) and pipe.text.endswith(b"\n")
    report.claim(f"{name}: every line is complete", whole)


def entry(line: bytes | str) -> dict | None:
    """Parses a line of the log; None if it is invalid."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "message" in found and "level" in found else None


def dropped(lines: list[bytes]) -> int:
    """The number of dropped lines, according to the log."""
    entries = [entry(line) or {} for line in lines if b"dropped" in line]
    return sum(
        int(line.get("lines", 0)) for line in entries if "dropped" in line.get("message", ""))


def server_with(level: str, **streams) -> BareServer:
    return BareServer("--log-level", level, "--drain-time", str(DRAIN_TIME), **streams)


def claim(
    report: Report, name: str, server: BareServer, ready: bool, succeeded: int, of: int
) -> None:
    """Checks the claims for every kind of log: all requests succeed, and the exit code is 0."""
    last = responses_after_sigterm(server, FINAL_REQUESTS)
    code, seconds = server.wait_for_exit(DRAIN_TIME)
    report.figure(name, f"{int(succeeded)} of {of} succeeded, "
                  f"{last} of {FINAL_REQUESTS} sent before SIGTERM, "
                  f"exit code {code} after {seconds:.1f} s")
    report.claim(f"{name}: the server responds", ready)
    report.claim(f"{name}: all requests succeed", succeeded == of)
    report.claim(f"{name}: requests sent before the signal succeed", last == FINAL_REQUESTS)
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
            server_with(
                "debug", stdin=DEVNULL, stdout=out, stderr=err, before_start=close
            ) as server,
        ):
            ready = server.is_serving()
            attempts = 100 if ready else 0
            right = sum(
                try_request(server.port) == (200, SMALL_RESPONSE) for _ in range(attempts))
            streams = [stream(server, number) for number in range(3)]
            code, _ = server.terminate()
        lines = Path(paths[2]).read_bytes().split(b"\n")[:-1]
        output = Path(paths[1]).read_bytes()
    expected = ["/dev/null" if number in closed else paths[number] for number in range(3)]
    found = [text.removeprefix(folder + "/") for text in streams]
    report.figure(name, f"{right} of 100 succeeded, exit code {code}, "
                  f"0 to 2 are {', '.join(found)}")
    report.claim(f"{name}: all requests succeed", right == 100)
    report.claim(f"{name}: 0, 1 and 2 are the given files, or /dev/null", streams == expected)
    report.claim(f"{name}: the exit code is 0, not {code}", code == 0)
    if 2 not in closed:
        is_log = len(lines) > 100 and all(entry(line) for line in lines)
        report.claim(f"{name}: the log is on standard error, in complete lines", is_log)
    if 1 not in closed:
        line = f"loss-server listening on http://127.0.0.1:{server.port}\n"
        report.claim(f"{name}: standard output has exactly one line", output == line.encode())


def stream(server: BareServer, number: int) -> str:
    """The file behind a descriptor of the server."""
    try:
        return os.readlink(f"/proc/{server.process.pid}/fd/{number}")
    except OSError:
        return "closed"
