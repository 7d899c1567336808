# SPDX-License-Identifier: Apache-2.0
"""Requests that need more memory than the option --memory-bytes allows."""

import contextlib
import fcntl
import functools
import json
import os
import random
import re
import select
import socket
import struct
import termios
import textwrap
import threading
import time
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.crowds import allow_descriptors
from target import (
    IS_SANITIZED, PATIENCE, SLOWNESS, Bystander, Report, Server, measured, post, read_response,
    status, wait_until,
)

MIB = 1 << 20
BUDGET = 512
CORES = os.cpu_count() or 1
# Beyond this the machine would be at risk: the server is killed, and the claim is violated.
MAX_RESIDENT_MIB = 10 * 1024
# The client reads this much of a long response and disconnects.
READ_LIMIT = 8 * MIB
# The allowed statuses of large requests.
ALLOWED = {200, 413, 503}
ALL = b'"outputs":["loss","gradient","hessian","elements"]'
GZIP = "Content-Encoding: gzip\r\n"
RESET = struct.pack("ii", 1, 0)
METRICS = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
MEMORY_IN_USE = "loss_server_memory_bytes"
MEMORY_IN_USE_LINE = re.compile(rb"^loss_server_memory_bytes (-?\d+)$", re.M)
LIMIT = "loss_server_memory_limit_bytes"


class MetricsSampler(threading.Thread):
    """Reads the memory in use from the server's metrics every 50 ms.

    It uses one connection, and reconnects if that is closed.
    """

    def __init__(self, server: Server):
        super().__init__(daemon=True)
        self.server = server
        self.limit = int(server.metric(LIMIT))
        self.samples: list[int] = []
        self.failed = 0
        self.ending = threading.Event()

    def run(self) -> None:
        connection, left = None, bytearray()
        while not self.ending.wait(0.05):
            closes = True
            try:
                connection = connection or self.server.connect()
                connection.sendall(METRICS)
                code, page, closes = read_response(connection, left)
                self.failed += code != 200
                self.samples += map(int, MEMORY_IN_USE_LINE.findall(page))
            except (OSError, EOFError):
                self.failed += 1
            if closes and connection:
                connection.close()
                connection, left = None, bytearray()
        if connection:
            connection.close()

    def end(self) -> None:
        self.ending.set()
        self.join(PATIENCE)

    def __str__(self) -> str:
        most = max(self.samples, default=0) / MIB
        failed = f", {self.failed} failed" if self.failed else ""
        samples = f"{len(self.samples)} samples{failed}"
        return f"{most:.0f} of {self.limit / MIB:.0f} MiB in use, {samples}"


class MemoryMonitor(threading.Thread):
    """A context manager that samples a server's resident memory every ten milliseconds.

    Its sampler reads the server's metrics until `end` is called on it.
    """

    def __init__(self, server: Server):
        super().__init__(daemon=True)
        self.server = server
        self.idle = self.now = self.most = server.memory()
        self.is_over_limit = False
        self.ending = threading.Event()
        self.sampler = MetricsSampler(server)

    def __enter__(self):
        self.start()
        self.sampler.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.join(PATIENCE)
        self.sampler.end()

    def run(self) -> None:
        while not self.ending.wait(0.01):
            try:
                self.now = self.server.memory()
                self.most = max(self.most, self.now, self.server.memory("VmHWM"))
            except (OSError, RuntimeError):
                return
            if self.now > MAX_RESIDENT_MIB:
                self.is_over_limit = True
                self.server.process.kill()

    def growth(self) -> float:
        """The peak above idle, in MiB."""
        return self.most - self.idle

    def wait_until_steady(self, seconds: float = 20) -> None:
        """Waits until memory has been constant to within a MiB for half a second."""
        end = time.monotonic() + seconds
        level, since = self.now, time.monotonic()
        while time.monotonic() < min(end, since + 0.5):
            time.sleep(0.02)
            if abs(self.now - level) > 1:
                level, since = self.now, time.monotonic()


@dataclass
class Tally:
    """Counts responses by status and collects the reasons for refusals."""

    statuses: Counter = field(default_factory=Counter)
    details: set = field(default_factory=set)
    without_detail: int = 0

    def add(self, code: int, body: bytes) -> None:
        self.statuses[code or "disconnected"] += 1
        if code in (413, 503):
            try:
                self.details.add(f"{code}: {json.loads(body)['detail']}"[:200])
            except (ValueError, KeyError, TypeError):
                self.without_detail += 1

    def __str__(self) -> str:
        return ", ".join(f"{count} x {code}" for code, count in sorted(
            self.statuses.items(), key=str)) or "none"


class Response:
    """A response being received; only the beginning of a long one is kept."""

    def __init__(self):
        self.head, self.body, self.end, self.length = b"", bytearray(), b"", 0
        self.interim = 0
        self.needed: int | None = None

    def is_complete_after(self, part: bytes) -> bool:
        self.length += len(part)
        self.end = (self.end + part[-5:])[-5:]
        if self.length <= MIB or not self.head:
            self.body += part
        if not self.head and b"\r\n\r\n" in self.body:
            head, _, body = bytes(self.body).partition(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 1"):
                # 100 Continue: the final response follows.
                self.body, self.length, self.interim = bytearray(), 0, self.interim + 1
                return bool(body) and self.is_complete_after(body)
            self.head, self.body = head, bytearray(body)
            self.needed = needed(head)
        if self.needed is not None:
            return self.length >= self.needed
        return bool(self.head) and self.end == b"0\r\n\r\n"


def needed(head: bytes) -> int | None:
    """The length of a response according to its head, if known."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(head) + 4 + int(line[15:])
    return len(head) + 4 if status(head) in (204, 304) else None


def exchange(
    port: int, request: bytes, read_limit: int = READ_LIMIT, seconds: float = 4 * PATIENCE
) -> Response | None:
    """Sends and reads concurrently, because a refusal may arrive early; reads up to a limit.

    Returns None if the connection was closed or no response arrived in time.
    """
    rest, response = memoryview(request), Response()
    end = time.monotonic() + seconds
    poll = select.poll()
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.setblocking(False)
            poll.register(connection, select.POLLIN | select.POLLOUT)
            while time.monotonic() < end:
                for _, events in poll.poll(1_000):
                    if events & ~select.POLLOUT:
                        part = connection.recv(1 << 18)
                        if not part:
                            return None
                        if response.is_complete_after(part) or response.length > read_limit:
                            return response
                    elif rest:
                        rest = rest[connection.send(rest[:MIB]):]
                        if not rest:
                            poll.modify(connection, select.POLLIN)
    except OSError:
        pass
    return None


def send_and_receive(
    port: int, request: bytes, read_limit: int = READ_LIMIT, seconds: float = 4 * PATIENCE
) -> tuple[int, bytes]:
    """The status, 0 if there is no response, and the content or its beginning."""
    response = exchange(port, request, read_limit, seconds)
    return (status(response.head), bytes(response.body)) if response else (0, b"")


def at_once(server: Server, requests: list[bytes], read_limit: int = READ_LIMIT) -> Tally:
    tally = Tally()
    with ThreadPoolExecutor(len(requests)) as pool:
        send = lambda request: send_and_receive(server.port, request, read_limit)
        for response in pool.map(send, requests):
            tally.add(*response)
    return tally


def compressed(*parts: bytes, level: int = 6, is_finished: bool = True) -> bytes:
    """Compresses parts with gzip; without the trailer, the decoder still yields them."""
    coder = zlib.compressobj(level, wbits=31)
    text = b"".join(coder.compress(part) for part in parts)
    return text + coder.flush(zlib.Z_FINISH if is_finished else zlib.Z_SYNC_FLUSH)


def repeated(text: bytes, count: int) -> bytes:
    """The elements of a list."""
    return (text + b",") * (count - 1) + text


def zeros(count: int) -> bytes:
    return repeated(b"0", count)


def post_gzip(path: str, *parts: bytes) -> bytes:
    return post(compressed(*parts), path, GZIP)


CCE = "/v1/losses/categorical_cross_entropy"
KLD = "/v1/losses/kl_divergence"
MSE = "/v1/losses/mse"


@functools.cache
def wide_row(count: int) -> bytes:
    return post_gzip(CCE, b'{"from_logits":true,', ALL, b',"predictions":[[', zeros(count),
                     b']],"targets":[0]}')


@functools.cache
def wide_distribution(count: int) -> bytes:
    share = b"%.6e" % (1 / count)
    return post_gzip(KLD, b'{"from_logits":true,', ALL, b',"predictions":[[', zeros(count),
                     b']],"targets":[[', repeated(share, count), b"]]}")


@functools.cache
def rows_on_axis_0(count: int) -> bytes:
    return post_gzip(CCE, b'{"from_logits":true,"axis":0,', ALL, b',"predictions":[[',
                     zeros(count), b"],[", zeros(count), b']],"targets":[', zeros(count), b"]}")


@functools.cache
def column_on_axis_0(count: int) -> bytes:
    return post_gzip(CCE, b'{"from_logits":true,"axis":0,', ALL, b',"predictions":[',
                     zeros(count), b'],"targets":0}')


@functools.cache
def dense(count: int, is_compressed: bool) -> bytes:
    parts = [b"{", ALL, b',"predictions":[', zeros(count), b'],"targets":[', zeros(count), b"]}"]
    return post_gzip(MSE, *parts) if is_compressed else post(b"".join(parts), MSE)


@functools.cache
def long_numbers(count: int, is_compressed: bool) -> bytes:
    """Numbers with seventeen digits."""
    numbers = repeated(b"1.2345678901234567", count)
    parts = [b"{", ALL, b',"predictions":[', numbers, b'],"targets":[', numbers, b"]}"]
    return post_gzip(MSE, *parts) if is_compressed else post(b"".join(parts), MSE)


@functools.cache
def penalty(count: int) -> bytes:
    return post_gzip("/v1/penalties/elastic_net", b'{"outputs":["loss","gradient","hessian"],',
                     b'"parameters":[', zeros(count), b"]}")


@functools.cache
def terms(count: int) -> bytes:
    return post_gzip(MSE, b'{"predictions":[0],"targets":[0],"regularization":[',
                     repeated(b'{"penalty":"l1","parameters":0}', count), b"]}")


@functools.cache
def long_term(count: int) -> bytes:
    return post_gzip(MSE, b'{"predictions":[0],"targets":[0],"regularization":[',
                     b'{"penalty":"l1","parameters":[', zeros(count), b"]}]}")


@functools.cache
def class_weights(count: int) -> bytes:
    return post_gzip(CCE, b'{"class_weights":[', zeros(count),
                     b'],"predictions":[[0]],"targets":[0]}')


@functools.cache
def many_outputs(count: int) -> bytes:
    return post_gzip(MSE, b'{"predictions":[0],"targets":[0],"outputs":[',
                     repeated(b'"loss"', count), b"]}")


@functools.cache
def long_key(length: int) -> bytes:
    return post_gzip(MSE, b'{"', b"k" * length, b'":1}')


@functools.cache
def keyed_partials(count: int, length: int) -> bytes:
    """Partial sums, each of a group of its own, whose key is long."""
    sums = (b'{"format":"loss-partial/1","loss":"squared_error","options":{},"numerics":1,"groups":[{"group":"%s",'
            b'"count":"1","normalizer":"1p0","weight":"1p0","weight2":"1p0","loss":"1p0","weighted_loss":"1p0",'
            b'"weighted_loss2":"1p0","weight2_loss":"1p0","weight2_loss2":"1p0","least":{"loss":"1p0","index":"0"},'
            b'"greatest":{"loss":"1p0","index":"0"}}]}')
    lines = b"\n".join(sums % (b"%d" % i).ljust(length, b"k") for i in range(count))
    return post(lines, "/v1/merge", "Content-Type: application/x-ndjson\r\n")


@functools.cache
def different_terms(count: int) -> bytes:
    """Distinct terms with three fields."""
    texts = b",".join(b'{"penalty":"l1","parameters":0,"strength":%d}' % i for i in range(count))
    return post_gzip(MSE, b'{"predictions":[0],"targets":[0],"regularization":[', texts, b"]}")


@functools.cache
def white_space() -> bytes:
    """White space that is a megabyte as gzip, so that the decoder releases earlier data."""
    return random.Random(1).randbytes(5_000_000).translate(
        bytes(b" \t\r\n"[byte % 4] for byte in range(256)))


@functools.cache
def stalled(path: str, beginning: bytes, count: int) -> bytes:
    """An incomplete body with `count` numbers."""
    parts = beginning, zeros(count), b"]", white_space()
    text = compressed(*parts, level=1, is_finished=False)
    return post(text, path, GZIP).replace(
        b"Length: %d" % len(text), b"Length: %d" % (len(text) + 1_000))


def stalled_options(count: int) -> dict[str, bytes]:
    return {
        "class_weights": stalled(CCE, b'{"class_weights":[', count),
        "pos_weight": stalled("/v1/losses/bce", b'{"pos_weight":[', count),
        "regularization": stalled(
            MSE, b'{"regularization":[{"penalty":"l1","parameters":[', count),
        "parameters": stalled("/v1/penalties/l1", b'{"parameters":[', count),
        "weights": stalled(MSE, b'{"weights":[', count),
        "predictions": stalled(CCE, b'{"predictions":[', count),
    }


FILLER = b"".join(b"X-Filler-%02d: %s\r\n" % (i, b"f" * 317) for i in range(93))
OPEN_HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n" + FILLER


@functools.cache
def open_body() -> bytes:
    """A head of 31 KB, and enough of a body that its decoder keeps a window."""
    head = b"POST /v1/losses/mse HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
    text = compressed(b'{"predictions":[1', is_finished=False)
    return head + GZIP.encode() + FILLER + b"\r\n" + text


def claim_bound(
    report: Report, name: str, server: Server, monitor: MemoryMonitor, tally: Tally,
    workers: int = CORES, budget: int = BUDGET,
) -> None:
    """Checks the claims for every case about memory, responses and the server."""
    bound = budget + 64 + workers
    monitor.sampler.end()
    code = server.process.poll()
    growth = monitor.growth()
    report.figure(name, tally)
    report.figure("", f"{measured(f'+{growth:.0f} MiB of {bound}')}, {monitor.sampler}")
    report_details(report, tally)
    ended = "killed by the attack" if monitor.is_over_limit else f"exit code {code}"
    report.bound(f"{name}: memory grows by less than {bound} MiB, not {growth:.0f}", growth < bound)
    report.claim(f"{name}: the server is still running ({ended})", code is None)
    unexpected = set(tally.statuses) - ALLOWED
    report.claim(f"{name}: each gets 200, 413 or 503, not {unexpected}", not unexpected)
    report.claim(f"{name}: each refusal has a detail", not tally.without_detail)
    claim_metrics(report, name, server, monitor.sampler, workers)


def report_details(report: Report, tally: Tally) -> None:
    for detail in sorted(tally.details):
        report.figure("", textwrap.shorten(detail, 80, placeholder="..."))


def claim_metrics(
    report: Report, name: str, server: Server, sampler: MetricsSampler, workers: int = CORES
) -> None:
    """Checks the claims about the reported memory after all clients have disconnected.

    Each worker may have allocated a MiB before the limit takes effect.
    """
    report.claim(f"{name}: the metrics report the memory in use", sampler.limit > 0)
    report.claim(f"{name}: the metrics are available during the attack", bool(sampler.samples))
    most, least = max(sampler.samples, default=0), min(sampler.samples, default=0)
    report.claim(f"{name}: at most {sampler.limit} bytes + 1 MiB per worker are in use, not {most}",
                 most <= sampler.limit + workers * MIB)
    report.claim(f"{name}: the bytes in use are never negative, not {least}", least >= 0)
    if server.process.poll() is None:
        is_back = wait_until(lambda: 0 <= server.metric(MEMORY_IN_USE) < MIB)
        report.claim(f"{name}: less than a MiB is in use afterwards, not "
                     f"{server.metric(MEMORY_IN_USE):.0f} bytes", is_back)


def claim_bystander(report: Report, name: str, bystander: Bystander) -> None:
    found = bystander.found
    report.claim(f"{name}: the bystander got correct responses", found["correct"] > 0)
    report.claim(
        f"{name}: the bystander had no failures ({found['failures']}, {found['failure']})",
        not found["failures"],
    )


def case(
    report: Report, name: str, requests: list[bytes], *options: str, workers: int = CORES
) -> None:
    """Sends all requests at once to a separate server."""
    with Server(*options) as server, MemoryMonitor(server) as monitor:
        with Bystander(server.port) as bystander:
            tally = at_once(server, requests)
        claim_bound(report, name, server, monitor, tally, workers)
        claim_bystander(report, name, bystander)


def wide_rows(report: Report) -> None:
    """One row of 31 million classes in 62 KB, and other wide rows."""
    row = wide_row(31_000_000)
    case(report, f"31e6 classes, {len(row) / 1000:.0f} KB, one", [row])
    case(report, "31e6 classes, four at once", [row] * 4)
    case(report, "31e6 classes, eight workers", [row] * 8, "--workers", "8", workers=8)
    case(report, "4e6 classes, four at once", [wide_row(4_000_000)] * 4)
    case(report, "5e6 classes, four at once", [wide_row(5_000_000)] * 4)
    case(report, "4e6 probabilities, four at once", [wide_distribution(4_000_000)] * 4)
    case(report, "axis 0 of 2 x 5e6, four at once", [rows_on_axis_0(5_000_000)] * 4)
    case(report, "axis 0 of 5e6, four at once", [column_on_axis_0(5_000_000)] * 4)


def dense_bodies(report: Report) -> None:
    """64 bodies of 60 MB at once: short numbers, long numbers, and a penalty."""
    case(report, "one of 2 x 15e6", [dense(15_000_000, True)])
    case(report, "64 of 2 x 15e6 as gzip", [dense(15_000_000, True)] * 64)
    case(report, "64 of 2 x 15e6 plain", [dense(15_000_000, False)] * 64)
    case(report, "64 of 17 digits as gzip", [long_numbers(1_600_000, True)] * 64)
    case(report, "64 of 17 digits plain", [long_numbers(1_600_000, False)] * 64)
    case(report, "64 of a penalty of 30e6", [penalty(30_000_000)] * 64)
    case(report, "16 of 2 x 15e6, eight workers", [dense(15_000_000, True)] * 16,
         "--workers", "8", workers=8)
    dense.cache_clear()
    long_numbers.cache_clear()


def options_that_stall(report: Report) -> None:
    """30 bodies that contain 16 million numbers for an option and then stall."""
    for name, request in stalled_options(16_000_000).items():
        with Server() as server, MemoryMonitor(server) as monitor:
            with Bystander(server.port) as bystander, HeldConnections(server) as held:
                for _ in range(30):
                    held.add(request)
                monitor.wait_until_steady()
                in_one = [send_and_receive(server.port, post(SMALL))[0] for _ in range(10)]
                in_parts = [in_packets(server.port) for _ in range(10)]
                tally = held.responses()
            kept = len(held.connections) - sum(tally.statuses.values())
            claim_bound(report, f"{name}, {kept} of 30 kept", server, monitor, tally)
            claim_bystander(report, name, bystander)
            right = in_one.count(200), in_parts.count(200)
            report.figure(
                "", f"small requests meanwhile: {right[0]} of 10, in packets {right[1]} of 10")
            report.claim(f"{name}: small requests succeed meanwhile", right[0] == 10)
            report.claim(
                f"{name}: small requests in three packets succeed {in_parts}", right[1] == 10)
            report.claim(f"{name}: no connection is leaked", is_at_rest(server))


SMALL = b'{"predictions":[1,2],"targets":[0,0]}'


def in_packets(port: int, parts: int = 3, pause: float = 0.02) -> int:
    """Sends the head of a small request, then its body in one or two parts; returns the status."""
    request = post(SMALL)
    places = [0, len(request) - len(SMALL), len(request) - 9][:parts] + [len(request)]
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start, end in zip(places, places[1:]):
                connection.sendall(request[start:end])
                # A pause of the client, not a wait for a condition.
                time.sleep(pause)
            return read_response(connection, bytearray())[0]
    except (OSError, EOFError):
        return 0


class HeldConnections:
    """A context manager that keeps connections open after sending some data."""

    def __init__(self, server: Server):
        self.server = server
        self.connections: list[socket.socket] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def add(self, request: bytes) -> None:
        """Sends as long as the server accepts data."""
        connection = self.server.connect()
        self.connections.append(connection)
        with contextlib.suppress(OSError):
            connection.sendall(request)

    def are_sent(self) -> bool:
        """Whether the peer's kernel has received all data."""
        queued = lambda one: struct.unpack(
            "i", fcntl.ioctl(one, termios.TIOCOUTQ, bytes(4)))[0]
        return not any(queued(connection) for connection in self.connections)

    def responses(self) -> Tally:
        """The responses received; connections without one are kept."""
        tally = Tally()
        poll = select.poll()
        by_descriptor = {connection.fileno(): connection for connection in self.connections}
        for descriptor in by_descriptor:
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll(0):
            try:
                code, body, _ = read_response(by_descriptor[descriptor], bytearray())
            except (OSError, EOFError):
                code, body = 0, b""
            tally.add(code, body)
        return tally


def is_at_rest(server: Server) -> bool:
    return server.process.poll() is None and server.is_at_rest()


def many_terms(report: Report) -> None:
    """Millions of penalties or outputs, and keys of tens of megabytes."""
    many = terms(1_800_000)
    case(report, f"1.8e6 terms, {len(many) / 1000:.0f} KB, one", [many])
    case(report, "1.8e6 terms, four at once", [many] * 4)
    case(report, "1.3e6 terms with strengths, four", [different_terms(1_300_000)] * 4)
    case_refused(report, "eight keys of 60e6", [long_key(60_000_000)] * 8)
    case(report, "7e6 outputs, four at once", [many_outputs(7_000_000)] * 4)
    case(report, "4,000 groups with keys of 60 KB", [keyed_partials(4_000, 60_000)])


def case_refused(report: Report, name: str, requests: list[bytes]) -> None:
    """Does the same with invalid requests, which may be refused."""
    with Server() as server, MemoryMonitor(server) as monitor:
        tally = at_once(server, requests)
        wrong = tally.statuses.pop(400, 0)
        claim_bound(report, f"{name}, {wrong} x 400", server, monitor, tally)


def heads(report: Report) -> None:
    """4,000 incomplete heads of 31 KB, and 4,000 complete ones with incomplete bodies."""
    allow_descriptors(5_000)
    numbers = stalled(CCE, b'{"predictions":[', 16_000_000)
    for name, requests in {
        "4,000 open heads": [OPEN_HEAD] * 4_000,
        "4,000 open bodies": [open_body()] * 4_000,
        "3,900 open bodies and 30 of 16e6": [open_body()] * 3_900 + [numbers] * 30,
    }.items():
        with Server(f"--head-time={10 * SLOWNESS}") as server, MemoryMonitor(server) as monitor:
            with Bystander(server.port) as bystander, HeldConnections(server) as held:
                for request in requests:
                    held.add(request)
                wait_until(held.are_sent, 5)
                monitor.wait_until_steady()
                tally = held.responses()
            claim_bound(report, name, server, monitor, tally)
            claim_bystander(report, name, bystander)
            report.claim(f"{name}: no connection is leaked", is_at_rest(server))


def large_requests() -> dict[str, bytes]:
    return {
        "row": wide_row(31_000_000),
        "distribution": wide_distribution(4_000_000),
        "axis-0": rows_on_axis_0(5_000_000),
        "dense": dense(15_000_000, True),
        "plain": dense(6_000_000, False),
        "digits": long_numbers(1_600_000, True),
        "penalty": penalty(30_000_000),
        "terms": terms(1_800_000),
        "term": long_term(16_000_000),
        "weights": class_weights(16_000_000),
        "outputs": many_outputs(2_000_000),
        "key": long_key(60_000_000),
    } | {"stalled " + name: request for name, request in stalled_options(16_000_000).items()}


class HostileClient(threading.Thread):
    """Sends random requests, determined by a seed; disconnects or waits at random."""

    def __init__(self, server: Server, seed: int, requests: dict[str, bytes], end: float):
        super().__init__(daemon=True)
        self.server, self.requests, self.end = server, requests, end
        self.random = random.Random(seed)
        self.tally = Tally()
        self.kinds = Counter()

    def run(self) -> None:
        names = [*self.requests, "heads", "bodies", "medium"]
        while time.monotonic() < self.end and self.server.process.poll() is None:
            name = self.random.choice(names)
            self.kinds[name.split()[0]] += 1
            if name in ("heads", "bodies"):
                self.hold(OPEN_HEAD if name == "heads" else open_body(), 100)
            elif name.startswith("stalled"):
                self.hold(self.requests[name], self.random.randrange(1, 4))
            elif name == "medium":
                self.send_request(dense(20_000, False))
            elif self.random.random() < 0.3:
                self.vanish(self.requests[name])
            else:
                self.send_request(self.requests[name])

    def send_request(self, request: bytes) -> None:
        seconds = max(1, self.end - time.monotonic())
        read_limit = self.random.choice([1, MIB, 32 * MIB])
        code, body = send_and_receive(self.server.port, request, read_limit, seconds)
        # At the end, a missing response only means that the time is up.
        if code or time.monotonic() < self.end:
            self.tally.add(code, body)

    def hold(self, request: bytes, count: int) -> None:
        with HeldConnections(self.server) as held, contextlib.suppress(OSError):
            for _ in range(count):
                held.add(request)
            time.sleep(self.random.random() * 2)

    def vanish(self, request: bytes) -> None:
        """Sends part of a request, or all of it and waits briefly, and then disconnects."""
        with contextlib.suppress(OSError), self.server.connect() as connection:
            if self.random.random() < 0.5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            if self.random.random() < 0.5:
                connection.sendall(request[: self.random.randrange(len(request))])
            else:
                connection.sendall(request)
                select.select([connection], [], [], self.random.random() * 2)


def mixture(report: Report) -> None:
    """All of these at once from 24 clients for twenty seconds, some of which disconnect early."""
    allow_descriptors(10_000)
    requests = large_requests()
    seed = int(os.environ.get("MEMORY_SEED", "1"))
    with Server() as server, MemoryMonitor(server) as monitor:
        with Bystander(server.port) as bystander:
            end = time.monotonic() + 20
            clients = [HostileClient(server, seed * 1_000 + i, requests, end) for i in range(24)]
            for client in clients:
                client.start()
            for client in clients:
                client.join(2 * PATIENCE)
        tally, kinds = Tally(), Counter()
        for client in clients:
            tally.statuses += client.tally.statuses
            tally.details |= client.tally.details
            tally.without_detail += client.tally.without_detail
            kinds += client.kinds
        wrong = tally.statuses.pop(400, 0) + tally.statuses.pop(422, 0)
        claim_bound(report, f"mixture of seed {seed}", server, monitor, tally)
        claim_bystander(report, "mixture", bystander)
        listed = ", ".join(f"{count} {name}" for name, count in sorted(kinds.items()))
        report.figure("requests sent", listed)
        report.figure("invalid requests", f"{wrong} refused")
        start = time.monotonic()
        back = IS_SANITIZED or wait_until(lambda: monitor.now - monitor.idle < 64, 60)
        report.measure("memory afterwards", f"+{monitor.now - monitor.idle:.0f} MiB "
                       f"after {time.monotonic() - start:.0f} s")
        report.bound("memory is back to idle within 64 MiB and 60 s", back)
        report.claim("no connection is leaked", is_at_rest(server))
        bystander.report(report)


@functools.cache
def numbers_with_outputs(count: int, number: bytes, outputs: bytes, is_chunked: bool) -> bytes:
    numbers = repeated(number, count)
    body = b'{"outputs":[%b],"predictions":[%b],"targets":[%b]}' % (outputs, numbers, numbers)
    if not is_chunked:
        return post(body, MSE)
    head = b"POST %b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" % MSE.encode()
    parts = [body[start:start + MIB] for start in range(0, len(body), MIB)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def verdicts(report: Report) -> None:
    """Bodies around the limit of 64 MiB: alone, and eight at once beside other requests."""
    outputs = b'"loss","gradient","hessian","elements"'
    kinds = {
        "long numbers": (b"0.1234567891234567", outputs, False, range(900_000, 1_250_000, 25_000)),
        "one digit": (b"0", outputs, False, range(500_000, 1_300_000, 100_000)),
        "loss only": (b"0.1234567", b'"loss"', False, range(1_200_000, 3_000_000, 200_000)),
        "chunked": (b"0.1234567891234567", outputs, True, range(900_000, 1_250_000, 100_000)),
    }
    for name, (number, outputs, is_chunked, counts) in kinds.items():
        verdicts_of_kind(report, name, is_chunked, {
            count: numbers_with_outputs(count, number, outputs, is_chunked) for count in counts})
        numbers_with_outputs.cache_clear()


def verdicts_of_kind(
    report: Report, name: str, is_chunked: bool, requests: dict[int, bytes]
) -> None:
    """Compares the statuses of each request alone with those of eight at once.

    Each eight are sent while three others are sent continuously.
    """
    options = ["--memory-bytes", str(64 * MIB)]
    with Server(*options) as server, MemoryMonitor(server) as monitor:
        alone = {count: at_once(server, [request]) for count, request in requests.items()}
        fitting = [count for count in requests if alone[count].statuses[200]]
        report.claim(f"{name}: some bodies fit and some do not", 0 < len(fitting) < len(requests))
        ending, besides = threading.Event(), requests[fitting[-1] if fitting else min(requests)]

        def occupy():
            while not ending.is_set():
                send_and_receive(server.port, besides)

        others = [threading.Thread(target=occupy, daemon=True) for _ in range(3)]
        for other in others:
            other.start()
        total = {200: Tally(), 413: Tally()}
        with Bystander(server.port) as bystander:
            for count, request in requests.items():
                (verdict,) = alone[count].statuses
                tally = at_once(server, [request] * 8)
                total[verdict].statuses += tally.statuses
                total[verdict].details |= tally.details
                # Only a body of known length is certain to wait for its turn.
                allowed = {verdict, 503} if is_chunked else {verdict}
                wrong = set(tally.statuses) - allowed
                report.claim(f"{name}: {count} get {verdict} as alone, not {wrong}", not wrong)
        ending.set()
        for other in others:
            other.join(4 * PATIENCE)
        for verdict, tally in total.items():
            report.figure(f"{name}, {verdict} alone", f"eight at once: {tally}")
        claim_bound(report, name, server, monitor, total[200], budget=64)
        claim_bystander(report, name, bystander)


def limited(report: Report) -> None:
    """A server limited to 512 MiB of data, and one in a container of 2 GiB."""
    if IS_SANITIZED:
        report.figure("skipped", "the address sanitizer needs more than these limits")
        return
    attack_limited(report, "RLIMIT_DATA 512 MiB", data_bytes=512 * MIB)
    group = make_group(2 << 30)
    if not group:
        report.figure("cgroup of 2 GiB", "skipped: no writable memory controller")
        return
    try:
        attack_limited(report, "cgroup 2 GiB", group=group)
        kills = group_kills(group)
        report.figure("cgroup of 2 GiB", f"{kills} out-of-memory kills")
        report.claim("no process is killed for running out of memory", kills == 0)
    finally:
        wait_until(lambda: remove(group), 5)


def attack_limited(report: Report, where: str, **limits) -> None:
    for name, requests in {
        "a wide row": [wide_row(31_000_000)],
        "wide rows": [wide_row(5_000_000)] * 4,
        "dense": [dense(15_000_000, True)] * 8,
        "terms": [terms(1_800_000)] * 4,
    }.items():
        with Server(**limits) as server, MemoryMonitor(server) as monitor:
            with Bystander(server.port) as bystander:
                tally = at_once(server, requests)
            claim_limited(report, f"{where}, {name}", server, monitor, bystander, tally)
    allow_descriptors(5_000)
    for name, requests in {
        "stalls": list(stalled_options(16_000_000).values()) * 10,
        "open bodies": [open_body()] * 3_900,
    }.items():
        with Server(**limits) as server, MemoryMonitor(server) as monitor:
            with Bystander(server.port) as bystander, HeldConnections(server) as held:
                for request in requests:
                    held.add(request)
                monitor.wait_until_steady(10)
                tally = held.responses()
            claim_limited(report, f"{where}, {name}", server, monitor, bystander, tally)


def claim_limited(
    report: Report, name: str, server: Server, monitor: MemoryMonitor, bystander: Bystander,
    tally: Tally,
) -> None:
    monitor.sampler.end()
    code = server.process.poll()
    state = "still running" if code is None else f"exit code {code}"
    report.figure(name, f"{tally}; {state}")
    report.figure("", f"+{monitor.growth():.0f} MiB, {monitor.sampler}")
    report_details(report, tally)
    report.claim(f"{name}: the server is still running ({state})", code is None)
    unexpected = set(tally.statuses) - ALLOWED
    report.claim(f"{name}: each gets 200, 413 or 503, not {unexpected}", not unexpected)
    claim_metrics(report, name, server, monitor.sampler)
    claim_bystander(report, name, bystander)


def make_group(limit: int) -> Path | None:
    """Creates a control group with a memory limit below that of this process, if permitted."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            parent, file = Path("/sys/fs/cgroup/memory" + path), "memory.limit_in_bytes"
        elif not controllers:
            parent, file = Path("/sys/fs/cgroup" + path), "memory.max"
        else:
            continue
        group = parent / f"loss-server-attack-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / file).write_text(str(limit))
            return group
        except OSError:
            remove(group)
    return None


def group_kills(group: Path) -> int:
    for file in ("memory.events", "memory.oom_control"):
        with contextlib.suppress(OSError):
            for line in (group / file).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return -1


def remove(group: Path) -> bool:
    """Removes a group, which takes a moment after its last process has exited."""
    try:
        group.rmdir()
        return True
    except OSError:
        return not group.exists()
