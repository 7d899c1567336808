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

from bare import Bare, is_told
from scenarios.crowds import allow_descriptors
from target import (
    EXECUTABLE, IS_SANITIZED, PATIENCE, Report, Site, post, make_body, read_response, status,
    wait_until,
)

# The dynamic loader needs a descriptor.
FIRST_LIMIT, LAST_LIMIT = 4 if IS_SANITIZED else 3, 40
FULL = b"\r\nRetry-After: "


def few_descriptors(report: Report) -> None:
    """Each limit of descriptors from 3 to 40: the server serves and stops, or exits with a reason."""
    serving, refusing = [], []
    for limit in range(FIRST_LIMIT, LAST_LIMIT + 1):
        outcome = start_with(limit)
        if outcome == "serves":
            serving.append(limit)
        elif outcome == "refuses":
            refusing.append(limit)
        else:
            report.figure(f"{limit} descriptors", outcome)
            report.claim(f"{limit} descriptors: it serves and stops, or ends with a word", False)
    report.figure("serves and stops with", limits(serving))
    report.figure("ends by itself, and says why, with", limits(refusing))
    report.claim("40 descriptors are enough", LAST_LIMIT in serving)


def start_with(limit: int) -> str:
    """Starts a server with a limit of descriptors and returns the outcome."""
    with tempfile.TemporaryFile() as errors:
        before = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        with Bare(stderr=errors, before=before) as server:
            responds = wait_until(lambda: server.has_ended() or server.ask() == 200, 5)
            if responds and not server.has_ended():
                # A single response might be luck.
                codes = [server.ask() for _ in range(4)]
                code, seconds = server.terminate(5)
                if codes == [200] * 4 and code == 0:
                    return "serves"
                return f"{codes}, after SIGTERM {ending(code)} in {seconds:.1f} s"
            code = server.process.poll()
            if code is None:
                return f"serves nobody, after SIGTERM {ending(server.terminate(5)[0])}"
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    # A line of the log is not an error message.
    words = " ".join(line for line in text.splitlines() if not line.startswith("{"))
    if code > 0 and re.search(r"descriptor|open files", words, re.I):
        return "refuses"
    return f"{ending(code)}, with the words {words[:80]!r}"


def ending(code: int | None) -> str:
    return "no exit" if code is None else f"exit code {code}"


def limits(numbers: list[int]) -> str:
    """Formats numbers as ranges."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first} to {last}" for first, last in ranges) or "none"


def burst(report: Report) -> None:
    """5,000 connections at once at a limit of 4,096, and 1,000 at a limit of 100."""
    allow_descriptors(5_200)
    at_once(report, 5_000, 4_096)
    at_once(report, 1_000, 100)


def at_once(report: Report, count: int, limit: int) -> None:
    """Opens all connections at once, each with a request; they stay open after the response."""
    name = f"{count} of {limit}"
    with Site("--connections", str(limit)) as site:
        selector = selectors.DefaultSelector()
        start = time.monotonic()
        for _ in range(count):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", site.port))
            selector.register(connection, selectors.EVENT_WRITE, bytearray())
        everybody = list(selector.get_map().values())
        outcomes: Counter[str] = Counter()
        while sum(outcomes.values()) < count and time.monotonic() < start + PATIENCE:
            for key, events in selector.select(0.2):
                if outcome := go_on(selector, key, events):
                    outcomes[outcome] += 1
                    selector.unregister(key.fileobj)
        outcomes["nothing"] = count - sum(outcomes.values())
        seconds = time.monotonic() - start
        for key in everybody:
            key.fileobj.close()
        selector.close()
        told = ", ".join(f"{what}: {number}" for what, number in outcomes.items() if number)
        report.figure(name, f"{told}, in {seconds:.1f} s")
        without = count - outcomes["200"] - outcomes["503"]
        report.claim(f"{name}: each has 200, or 503 with Retry-After; {without} have not",
                     without == 0)
        # A few may use the connections reserved for probes.
        report.claim(f"{name}: as many as there may be are answered", outcomes["200"] > 0.9 * limit)
        report.claim(f"{name}: no connection is left", site.is_at_rest())
        report.claim(f"{name}: the server has recovered", site.get("/livez")[0] == 200)


def go_on(selector: selectors.BaseSelector, key, events: int) -> str:
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
    if is_told(response, 503, "too-many-connections", FULL) and response.endswith(b"}"):
        return "503"
    return "" if part else f"closed behind {len(response)} bytes"


def quota(report: Report) -> None:
    """A quota of one processor on a machine with more: one event loop of each kind."""
    cores = len(os.sched_getaffinity(0))
    with Site() as site:
        report.figure("loops without a quota", f"{loops(site)} on {cores} processors")
    with group_with_quota() as group:
        if not group or cores < 2:
            why = "one processor" if group else "no cgroup with a quota can be made here"
            report.figure("skipped", why)
            return
        with Site(group=group) as site:
            report.claim("the server serves", site.get("/livez")[0] == 200)
            count = loops(site)
            report.figure("loops with a quota of one", f"{count}, threads {', '.join(names(site))}")
            report.claim("there is one loop", count == 1)


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


def names(site: Site) -> list[str]:
    """The names of the threads of a server."""
    tasks = Path(f"/proc/{site.process.pid}/task")
    return sorted(comm.read_text().strip() for comm in tasks.glob("*/comm"))


def loops(site: Site) -> int:
    """The count of event loops, which is the same for each kind; one kind has named threads."""
    # Until a thread has started, it has the name of its process.
    wait_until(lambda: names(site).count(EXECUTABLE.name[:15]) <= 1, 2)
    return names(site).count("bulk")
