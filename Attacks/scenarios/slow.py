# SPDX-License-Identifier: Apache-2.0
"""Clients that take their time: with the head, with the body, with the answer."""

import selectors
import shutil
import subprocess
import time

from target import Bystander, Report, Site, post, question, status


class Crowd:
    """Connections that each send a beginning and then drip."""

    def __init__(self, site: Site, count: int, beginning: bytes, drip: bytes):
        self.drip = drip
        self.answers: list[bytes] = []
        self.selector = selectors.DefaultSelector()
        for _ in range(count):
            connection = site.connect()
            connection.sendall(beginning)
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ, bytearray())

    def last(self, seconds: float) -> float:
        """Drips once a second until all are closed; the seconds that took, at most so many."""
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
            self.answers.append(bytes(key.data))
            self.selector.unregister(key.fileobj)
            key.fileobj.close()

    def close(self) -> None:
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            key.fileobj.close()


def slow_senders(
    report: Report, count: int, beginning: bytes, drip: bytes, options, seconds
) -> None:
    with Site(*options) as site:
        idle = site.memory()
        with Bystander(site.port) as bystander:
            crowd = Crowd(site, count, beginning, drip)
            report.figure("connections", count)
            elapsed = crowd.last(seconds)
            crowd.close()
        told = sum(status(answer) == 408 for answer in crowd.answers)
        growth = site.memory("VmHWM") - idle
        report.figure("told 408", f"{told}, all closed after {elapsed:.1f} s")
        report.figure("memory over idle, at most", f"{growth:.1f} MiB")
        report.claim("every slow client is told 408", told == count)
        report.claim("memory grows by less than 64 MiB", growth < 64)
        report.claim("nothing is left of them", site.is_at_rest())
        bystander.report(report)


def slow_heads(report: Report) -> None:
    """1,000 heads that never end, at the default limit of ten seconds."""
    beginning = b"GET / HTTP/1.1\r\nHost: a\r\n"
    slow_senders(report, 1_000, beginning, b"X-Drip: a\r\n", [], 20)


def slow_bodies(report: Report) -> None:
    """200 bodies of ten bytes a second."""
    beginning = post(b"")[:-4].replace(b"Length: 0", b"Length: 100000") + b"\r\n\r\n"
    slow_senders(report, 200, beginning, b" " * 10, ["--body-stall-time", "5"], 20)


def slow_readers(report: Report) -> None:
    """200 clients that ask for a hundred thousand gradients and take none of them."""
    with Site("--answer-stall-time", "5") as site:
        idle = site.memory()
        text = post(question(100_000))
        with Bystander(site.port) as bystander:
            readers = []
            for _ in range(200):
                readers.append(site.connect(receive_buffer=4_096))
                readers[-1].sendall(text)
            report.figure("connections", len(readers))
            start = time.monotonic()
            cut = 'http_server_connections_closed_total{reason="answerStalled"}'
            while site.metric(cut) < len(readers) and time.monotonic() < start + 40:
                # What the kernel keeps for a reader must be full before its client is a slow one.
                time.sleep(0.5)
            elapsed = time.monotonic() - start
            count = site.metric(cut)
            for reader in readers:
                reader.close()
        growth = site.memory("VmHWM") - idle
        report.figure("cut", f"{count:.0f} after {elapsed:.1f} s")
        report.figure("memory over idle, at most", f"{growth:.1f} MiB")
        report.claim("every slow reader is cut", count == len(readers))
        report.claim("memory grows by less than 640 MiB", growth < 640)
        report.claim("nothing is left of them", site.is_at_rest())
        bystander.report(report)


def slowhttptest(report: Report) -> None:
    """The program of that name: headers, bodies and reading."""
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
        limits = ["--head-time", "5", "--body-stall-time", "5", "--answer-stall-time", "5"]
        with Site(*limits) as site:
            path = "/openapi.json" if name == "slow reading" else "/v1/losses/mse"
            with Bystander(site.port) as bystander:
                run = subprocess.run(
                    [program, *options, "-i", "1", "-r", "500", "-l", "12", "-x", "24",
                     "-u", f"http://127.0.0.1:{site.port}{path}"],
                    capture_output=True, text=True, timeout=60,
                )
            lines = [line for line in run.stdout.splitlines() if "service available" in line]
            available = "YES" if lines and "YES" in lines[-1] else "NO"
            report.figure(name, f"service available: {available}")
            report.claim(f"{name}: the service stays available", "NO" not in available)
            bystander.report(report)
