# SPDX-License-Identifier: Apache-2.0
"""Too few descriptors, connections or processors."""

import contextlib
import os
import re
import resource
import selectors
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bare import BareServer, is_problem_response
from scenarios.crowds import allow_descriptors
from target import (
    EXECUTABLE, IS_SANITIZED, PATIENCE, Report, Server, post, make_body, status, wait_until,
)

# The dynamic loader needs a descriptor.
FIRST_LIMIT, LAST_LIMIT = 4 if IS_SANITIZED else 3, 40
FULL = b"\r\nRetry-After: "


def few_descriptors(report: Report) -> None:
    """Each descriptor limit from 3 to 40: the server serves and stops, or exits with a reason."""
    serving, refusing = [], []
    for limit in range(FIRST_LIMIT, LAST_LIMIT + 1):
        outcome = start_with(limit)
        if outcome == "serves":
            serving.append(limit)
        elif outcome == "refuses":
            refusing.append(limit)
        else:
            report.figure(f"{limit} descriptors", outcome)
            report.claim(f"{limit} descriptors: it serves and stops, or exits with a reason", False)
    report.figure("serves and stops", format_ranges(serving))
    report.figure("exits with a reason", format_ranges(refusing))
    report.claim("40 descriptors are enough", LAST_LIMIT in serving)


def start_with(limit: int) -> str:
    """Starts a server with a descriptor limit and returns the outcome."""
    with tempfile.TemporaryFile() as errors:
        limit_descriptors = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        with BareServer(stderr=errors, before_start=limit_descriptors) as server:
            responds = wait_until(lambda: server.has_exited() or server.request_status() == 200, 5)
            if responds and not server.has_exited():
                # A single response might be a matter of luck.
                codes = [server.request_status() for _ in range(4)]
                code, seconds = server.terminate(5)
                if codes == [200] * 4 and code == 0:
                    return "serves"
                return f"{codes}, after SIGTERM {describe_exit(code)} in {seconds:.1f} s"
            code = server.process.poll()
            if code is None:
                return f"serves no request, after SIGTERM {describe_exit(server.terminate(5)[0])}"
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    # A line of the log is not an error message.
    message = " ".join(line for line in text.splitlines() if not line.startswith("{"))
    if code > 0 and re.search(r"descriptor|open files", message, re.I):
        return "refuses"
    return f"{describe_exit(code)}, with the message {message[:80]!r}"


def describe_exit(code: int | None) -> str:
    return "no exit" if code is None else f"exit code {code}"


def format_ranges(numbers: list[int]) -> str:
    """Formats numbers as ranges."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first} to {last}" for first, last in ranges) or "none"


def burst(report: Report) -> None:
    """5,000 connections at once with a limit of 4,096, and 1,000 with a limit of 100."""
    allow_descriptors(5_200)
    at_once(report, 5_000, 4_096)
    at_once(report, 1_000, 100)


def at_once(report: Report, count: int, limit: int) -> None:
    """Opens all connections at once, each with a request; they stay open after the response."""
    name = f"{count} of {limit}"
    with Server("--connections", str(limit)) as server:
        selector = selectors.DefaultSelector()
        start = time.monotonic()
        for _ in range(count):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", server.port))
            selector.register(connection, selectors.EVENT_WRITE, bytearray())
        keys = list(selector.get_map().values())
        outcomes: Counter[str] = Counter()
        while sum(outcomes.values()) < count and time.monotonic() < start + PATIENCE:
            for key, events in selector.select(0.2):
                if outcome := advance(selector, key, events):
                    outcomes[outcome] += 1
                    selector.unregister(key.fileobj)
        outcomes["no response"] = count - sum(outcomes.values())
        seconds = time.monotonic() - start
        for key in keys:
            key.fileobj.close()
        selector.close()
        listed = ", ".join(f"{what}: {number}" for what, number in outcomes.items() if number)
        report.figure(name, f"{listed}, in {seconds:.1f} s")
        without = count - outcomes["200"] - outcomes["503"]
        report.claim(f"{name}: each gets 200, or 503 with Retry-After; {without} do not",
                     without == 0)
        # A few may use the connections reserved for probes.
        report.claim(f"{name}: as many succeed as the limit allows", outcomes["200"] > 0.9 * limit)
        report.claim(f"{name}: no connection is leaked", server.is_at_rest())
        report.claim(f"{name}: the server has recovered", server.get("/livez")[0] == 200)


def advance(selector: selectors.BaseSelector, key, events: int) -> str:
    """Sends the request once connected, then reads; returns the final outcome."""
    try:
        if events & selectors.EVENT_WRITE:
            key.fileobj.send(post(make_body(4)))
            selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
            return ""
        part = key.fileobj.recv(1 << 16)
    except OSError as error:
        return type(error).__name__
    key.data.extend(part)
    response = bytes(key.data)
    if status(response) == 200 and response.endswith(b"}"):
        return "200"
    if is_problem_response(response, 503, "too-many-connections", FULL) and response.endswith(b"}"):
        return "503"
    return "" if part else f"closed after {len(response)} bytes"


def quota(report: Report) -> None:
    """A quota of one processor on a machine with more: one event loop of each kind."""
    cores = len(os.sched_getaffinity(0))
    with Server() as server:
        report.figure("event loops without a quota", f"{loops(server)} on {cores} processors")
    with group_with_quota() as group:
        if not group or cores < 2:
            reason = "one processor" if group else "cannot create a control group with a quota"
            report.figure("skipped", reason)
            return
        with Server(group=group) as server:
            report.claim("the server responds", server.get("/livez")[0] == 200)
            count = loops(server)
            threads = ", ".join(names(server))
            report.figure("event loops with a quota of one", f"{count}, threads {threads}")
            report.claim("the server runs one event loop of each kind", count == 1)


# The control groups of versions 2 and 1, and the file that sets a quota of one processor.
QUOTAS = [
    ("/sys/fs/cgroup", "cpu.max", "100000 100000"),
    ("/sys/fs/cgroup/unified", "cpu.max", "100000 100000"),
    ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "100000"),
]


@contextlib.contextmanager
def group_with_quota() -> Iterator[Path | None]:
    """Creates a control group with a quota of one processor; None if not possible."""
    group = None
    for root, file, quota in QUOTAS:
        folder = Path(root, f"loss-server-attack-{os.getpid()}")
        with contextlib.suppress(OSError):
            folder.mkdir()
            try:
                # In version 1, the directory that contains the hierarchies is not a group itself.
                if (folder / "cgroup.procs").exists():
                    (folder / file).write_text(quota)
                    group = folder
                    break
            finally:
                if not group:
                    folder.rmdir()
    try:
        yield group
    finally:
        if group:
            wait_until(lambda: not (group / "cgroup.procs").read_text(), 5)
            group.rmdir()


def names(server: Server) -> list[str]:
    """The names of the threads of a server."""
    tasks = Path(f"/proc/{server.process.pid}/task")
    return sorted(comm.read_text().strip() for comm in tasks.glob("*/comm"))


def loops(server: Server) -> int:
    """The number of event loops of each kind, counted by the kind whose threads are named."""
    # Until a thread has started, it has the name of its process.
    wait_until(lambda: names(server).count(EXECUTABLE.name[:15]) <= 1, 2)
    return names(server).count("bulk")
