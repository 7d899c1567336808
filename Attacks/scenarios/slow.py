# SPDX-License-Identifier: Apache-2.0
"""Clients that are slow with the head, the body or the response."""

import gzip
import selectors
import shutil
import socket
import subprocess
import threading
import time

from scenarios.memory import in_packets
from target import PATIENCE, SLOWNESS, Bystander, Report, Server, post, make_body, status


class SlowSenders:
    """Connections that send the beginning of a request and then one piece per second."""

    def __init__(self, server: Server, count: int, beginning: bytes, drip: bytes):
        self.drip = drip
        self.responses: list[bytes] = []
        self.selector = selectors.DefaultSelector()
        for _ in range(count):
            connection = server.connect()
            connection.sendall(beginning)
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ, bytearray())

    def drip_until_closed(self, seconds: float) -> float:
        """Sends one piece per second until all are closed; returns the seconds, up to a limit."""
        start = time.monotonic()
        drips = start
        while self.selector.get_map() and time.monotonic() < start + seconds:
            for key, _ in self.selector.select(0.2):
                self.read(key)
            if time.monotonic() - drips >= 1:
                drips = time.monotonic()
                for key in list(self.selector.get_map().values()):
                    try:
                        key.fileobj.send(self.drip)
                    except OSError:
                        pass
        return time.monotonic() - start

    def read(self, key) -> None:
        try:
            part = key.fileobj.recv(1 << 16)
        except OSError:
            part = b""
        key.data.extend(part)
        if not part:
            self.responses.append(bytes(key.data))
            self.selector.unregister(key.fileobj)
            key.fileobj.close()

    def close(self) -> None:
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            key.fileobj.close()


def slow_senders(
    report: Report, count: int, beginning: bytes, drip: bytes, options, seconds
) -> None:
    with Server(*options) as server:
        idle = server.memory()
        with Bystander(server.port) as bystander:
            senders = SlowSenders(server, count, beginning, drip)
            report.figure("connections", count)
            elapsed = senders.drip_until_closed(seconds * SLOWNESS)
            senders.close()
        timed_out = sum(status(response) == 408 for response in senders.responses)
        growth = server.memory("VmHWM") - idle
        report.figure("got 408", f"{timed_out}, all closed after {elapsed:.1f} s")
        report.measure("peak memory above idle", f"{growth:.1f} MiB")
        report.claim("every slow client gets 408", timed_out == count)
        report.bound("memory grows by less than 64 MiB", growth < 64)
        report.claim("no connection is leaked", server.is_at_rest())
        bystander.report(report)


def slow_heads(report: Report) -> None:
    """1,000 request heads that never end, with the default limit of ten seconds."""
    beginning = b"GET / HTTP/1.1\r\nHost: a\r\n"
    slow_senders(report, 1_000, beginning, b"X-Drip: a\r\n", [], 20)


def slow_bodies(report: Report) -> None:
    """200 request bodies sent at ten bytes per second."""
    beginning = post(b"")[:-4].replace(b"Length: 0", b"Length: 100000") + b"\r\n\r\n"
    slow_senders(report, 200, beginning, b" " * 10, ["--body-stall-time", "5"], 20)


def slow_readers(report: Report) -> None:
    """200 clients that request 100,000 gradients and read nothing."""
    with Server("--response-stall-time", "5") as server:
        idle = server.memory()
        text = post(make_body(100_000))
        with Bystander(server.port) as bystander:
            readers = []
            for _ in range(200):
                readers.append(server.connect(receive_buffer=4_096))
                readers[-1].sendall(text)
            report.figure("connections", len(readers))
            start = time.monotonic()
            counter = 'http_server_connections_closed_total{reason="response-stalled"}'
            end = start + 40 * SLOWNESS
            while server.metric(counter) < len(readers) and time.monotonic() < end:
                # The kernel's buffers must be full before the reader counts as slow.
                time.sleep(0.5)
            elapsed = time.monotonic() - start
            count = server.metric(counter)
            for reader in readers:
                reader.close()
        growth = server.memory("VmHWM") - idle
        report.figure("disconnected", f"{count:.0f} after {elapsed:.1f} s")
        report.measure("peak memory above idle", f"{growth:.1f} MiB")
        report.claim("every slow reader is disconnected", count == len(readers))
        report.bound("memory grows by less than 640 MiB", growth < 640)
        report.claim("no connection is leaked", server.is_at_rest())
        bystander.report(report)


class Reader(threading.Thread):
    """Requests all outputs for `count` numbers and reads 64 KB per second."""

    RATE = 64_000
    PAUSE = 0.1

    def __init__(self, server: Server, count: int):
        super().__init__(daemon=True)
        numbers = b"0," * (count - 1) + b"0"
        text = gzip.compress(
            b'{"outputs":["loss","gradient","hessian","elements"],"predictions":[%b],'
            b'"targets":[%b]}' % (numbers, numbers), 6)
        self.length = len(text)
        self.bytes_read = 0
        self.stopping = threading.Event()
        self.connection = server.connect(receive_buffer=self.RATE)
        self.connection.sendall(post(text, fields="Content-Encoding: gzip\r\n"))
        self.status = status(self.connection.recv(1_000))

    def run(self) -> None:
        while not self.stopping.wait(self.PAUSE):
            try:
                part = self.connection.recv(int(self.RATE * self.PAUSE))
            except OSError:
                return
            if not part:
                return
            self.bytes_read += len(part)

    def stop(self) -> None:
        self.stopping.set()
        if self.ident:
            self.join(PATIENCE)
        self.connection.close()


def greedy_reader(server: Server) -> tuple[Reader, int]:
    """A reader with the largest request that the server accepts, up to twelve million numbers."""
    count = 12_000_000
    reader = Reader(server, count)
    while reader.status in (413, 503) and count > 100_000:
        reader.stop()
        count //= 2
        reader = Reader(server, count)
    return reader, count


def greedy_readers(report: Report) -> None:
    """Two clients that request four outputs for up to twelve million numbers and read slowly."""
    seconds, rounds = 20, 15
    with Server() as server, Bystander(server.port) as bystander:
        readers = []
        for _ in range(2):
            reader, count = greedy_reader(server)
            readers.append(reader)
            report.figure("reader", f"{reader.status}, {count} numbers, {reader.length} bytes sent")
            report.claim(f"a request with {count} numbers succeeds", reader.status == 200)
            reader.start()
        start = time.monotonic()
        in_parts, in_two, larger = [], [], []
        for turn in range(rounds):
            # The requests are spread over the whole duration.
            time.sleep(max(0, start + turn * seconds / rounds - time.monotonic()))
            in_parts.append(in_packets(server.port))
            in_two.append(in_packets(server.port, parts=2))
            larger.append(request_status(server, 20_000))
        for reader in readers:
            reader.stop()
        listed = ", ".join(f"{reader.bytes_read} bytes" for reader in readers)
        report.figure("read in total", listed)
        report.figure("small requests in three packets", f"{in_parts.count(200)} of {rounds}")
        report.figure("small requests in two packets", f"{in_two.count(200)} of {rounds}")
        report.figure("requests of 280 KB", f"{larger.count(200)} of {rounds}")
        report.claim(f"requests in three packets succeed {in_parts}", in_parts.count(200) == rounds)
        report.claim(f"requests in two packets succeed {in_two}", in_two.count(200) == rounds)
        report.claim(f"larger ones get 200 or 503 {larger}", set(larger) <= {200, 503})
    bystander.report(report)


def request_status(server: Server, count: int) -> int:
    """The status of a request with `count` numbers."""
    try:
        with server.connect() as connection:
            connection.sendall(post(make_body(count)))
            return status(connection.recv(1_000))
    except OSError:
        return 0


def trickle_readers(report: Report) -> None:
    """20 clients that read 512 bytes per second, and four that are slow but never stall."""
    trickling(report, 20, 100_000, 512, ["--response-stall-time", "3"], 16_384, 15)
    # The kernel's buffers may hold megabytes, so progress is visible only at a rate like this.
    trickling(report, 4, 500_000, 128_000, ["--response-stall-time", "10"], 524_288, 20)


def trickling(
    report: Report, count: int, numbers: int, rate: int, options, least: int, seconds: float
) -> None:
    """Checks that clients that read gradients at a given rate are disconnected in time."""
    name, pause = f"{count} at {rate} bytes per second", 0.1
    seconds *= SLOWNESS
    try:
        server = Server(*options, "--response-minimum-rate", str(least))
    except RuntimeError:
        report.claim("the server starts with --response-minimum-rate", False)
        return
    with server:
        text = post(make_body(numbers))
        with Bystander(server.port) as bystander:
            readers = []
            for _ in range(count):
                readers.append(server.connect(receive_buffer=max(4_096, rate)))
                readers[-1].sendall(text)
                readers[-1].setblocking(False)
            start = time.monotonic()
            counter = 'http_server_connections_closed_total{reason="response-stalled"}'
            turn = bytes_read = 0
            while server.metric(counter) < count and time.monotonic() < start + 2 * seconds:
                turn += 1
                for reader in readers:
                    bytes_read += trickle(reader, int(rate * pause))
                # A pause that sets the rate of these readers, not a wait for a condition.
                time.sleep(max(0, start + turn * pause - time.monotonic()))
            elapsed = time.monotonic() - start
            disconnected = server.metric(counter)
            for reader in readers:
                reader.close()
        report.figure(name, f"{disconnected:.0f} of {count} disconnected after {elapsed:.1f} s, "
                      f"{bytes_read / count / elapsed:.0f} bytes per second read")
        report.claim(f"{name}: all are disconnected", disconnected == count)
        report.claim(f"{name}: within {seconds} s, not {elapsed:.1f}", elapsed < seconds)
        report.claim(f"{name}: no connection is leaked", server.is_at_rest())
        bystander.report(report)


def trickle(reader: socket.socket, count: int) -> int:
    """Reads available bytes up to a limit; none if the connection has been closed."""
    try:
        return len(reader.recv(count))
    except OSError:
        return 0


def slowhttptest(report: Report) -> None:
    """The program slowhttptest: slow headers, bodies and reading."""
    program = shutil.which("slowhttptest")
    if not program:
        report.figure("skipped", "slowhttptest is not installed")
        return
    kinds = {
        "slow heads": ["-H", "-c", "1000"],
        "slow bodies": ["-B", "-c", "200", "-s", "8192", "-t", "POST"],
        "slow reading": ["-X", "-c", "200", "-w", "512", "-y", "1024", "-n", "5", "-z", "32"],
    }
    for name, options in kinds.items():
        limits = ["--head-time", "5", "--body-stall-time", "5", "--response-stall-time", "5"]
        with Server(*limits) as server:
            path = "/openapi.json" if name == "slow reading" else "/v1/losses/mse"
            with Bystander(server.port) as bystander:
                run = subprocess.run(
                    [program, *options, "-i", "1", "-r", "500", "-l", "12", "-x", "24",
                     "-u", f"http://127.0.0.1:{server.port}{path}"],
                    capture_output=True, text=True, timeout=60 * SLOWNESS,
                )
            lines = [line for line in run.stdout.splitlines() if "service available" in line]
            available = "YES" if lines and "YES" in lines[-1] else "NO"
            report.figure(name, f"service available: {available}")
            report.claim(f"{name}: the service stays available", "NO" not in available)
            bystander.report(report)
