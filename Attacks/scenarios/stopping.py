# SPDX-License-Identifier: Apache-2.0
"""Stopping under load: one server, and two behind a proxy in turn."""

import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from target import (
    PATIENCE, SLOWNESS, Report, Server, get, post, make_body, read_response, wait_until,
)

SIZES = [1, 4, 100, 1_000, 30_000]


class Client(threading.Thread):
    """Sends one request after another until stopped or until the server has exited."""

    def __init__(self, port: int, is_persistent: bool, sizes=SIZES):
        super().__init__()
        self.port = port
        self.is_persistent = is_persistent
        self.requests = [post(make_body(size)) for size in sizes]
        self.succeeded = 0
        # The time at which each request without a complete response was sent, and its outcome.
        self.failures: list[tuple[float, str]] = []
        self.partial: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        connection, left = None, bytearray()
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            sent = 0.0
            try:
                if not connection:
                    address, left = ("127.0.0.1", self.port), bytearray()
                    connection = socket.create_connection(address, 10 * SLOWNESS)
                sent = time.monotonic()
                connection.sendall(self.requests[turn % len(self.requests)])
                sent = time.monotonic()
                status, _, closes = read_response(connection, left)
                if status == 200:
                    self.succeeded += 1
                else:
                    self.failures.append((sent, f"status {status}"))
                if closes or not self.is_persistent:
                    connection.close()
                    connection = None
            except (OSError, EOFError) as error:
                if isinstance(error, EOFError) and error.args[0] or left:
                    self.partial.append(repr(error)[:80])
                self.failures.append((sent or time.monotonic(), repr(error)[:80]))
                if isinstance(error, ConnectionRefusedError):
                    return
                if connection:
                    connection.close()
                connection = None


def sigterm(report: Report) -> None:
    """SIGTERM while eight clients send requests continuously, five times."""
    succeeded, lost, late, partial, times = 0, [], 0, [], []
    for _ in range(5):
        with Server() as server:
            clients = [Client(server.port, is_persistent=number % 4 > 0) for number in range(8)]
            for client in clients:
                client.start()
            time.sleep(1)
            signalled = time.monotonic()
            code, seconds = server.terminate()
            for client in clients:
                client.stopping.set()
                client.join(PATIENCE)
            times.append(1000 * seconds)
            report.claim(f"the exit code is 0, not {code}", code == 0)
            succeeded += sum(client.succeeded for client in clients)
            for client in clients:
                partial += client.partial
                lost += [reason for sent, reason in client.failures if sent < signalled]
                late += sum(sent >= signalled for sent, _ in client.failures)
    report.figure("succeeded", succeeded)
    report.figure("sent before the signal, failed", f"{len(lost)} {lost[:2] or ''}")
    report.figure("truncated responses", f"{len(partial)} {partial[:2] or ''}")
    report.figure("sent after the signal, refused", late)
    report.measure("time from signal to exit", f"{min(times):.0f} to {max(times):.0f} ms")
    report.claim("requests sent before the signal succeed", not lost)
    report.claim("no response is truncated", not partial)


HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    retries 0
frontend all
    bind 127.0.0.1:{front}
    default_backend both
backend both
    balance roundrobin
    option httpchk GET /readyz
    default-server check inter 200ms fall 1 rise 1
    server one 127.0.0.1:{one}
    server two 127.0.0.1:{two}
"""

NGINX = """
daemon off;
pid {folder}/pid;
error_log stderr crit;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/a; uwsgi_temp_path {folder}/b; scgi_temp_path {folder}/c;
    upstream both {{
        server 127.0.0.1:{one} max_fails=0;
        server 127.0.0.1:{two} max_fails=0;
    }}
    server {{
        listen 127.0.0.1:{front};
        client_max_body_size 64m;
        location / {{ proxy_pass http://both; proxy_next_upstream error; }}
    }}
}}
"""


def rolling_haproxy(report: Report) -> None:
    """Two instances restarted in turn behind haproxy, which probes /readyz and does not retry."""
    rolling(report, "haproxy", HAPROXY, ["-q", "-db", "-f"], ["--drain-delay", "1"])


def rolling_nginx(report: Report) -> None:
    """The same behind nginx, which does not probe but tries the other if it cannot connect."""
    rolling(report, "nginx", NGINX, ["-c"], [])


def rolling(report: Report, name: str, configuration: str, options, drain) -> None:
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not program:
        report.figure("skipped", f"{name} is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        servers = [Server(*drain), Server(*drain)]
        front = free_port()
        file = Path(folder, "configuration")
        ports = {"one": servers[0].port, "two": servers[1].port}
        file.write_text(configuration.format(front=front, folder=folder, **ports))
        proxy = subprocess.Popen([program, *options, str(file)], stderr=subprocess.DEVNULL)
        sizes = [1, 100, 1_000]
        clients = [Client(front, is_persistent=number % 2 > 0, sizes=sizes) for number in range(4)]
        try:
            ready = wait_until(lambda: responds(front))
            report.claim("the proxy has started", ready)
            for client in clients:
                client.start()
            for round in range(6):
                turn = round % 2
                time.sleep(1)
                code, _ = servers[turn].terminate()
                report.claim(f"the exit code is 0, not {code}", code == 0)
                servers[turn] = Server(*drain, port=servers[turn].port)
            time.sleep(1)
        finally:
            for client in clients:
                client.stopping.set()
            for client in clients:
                if client.ident:
                    client.join(PATIENCE)
            proxy.terminate()
            proxy.wait(PATIENCE)
            for server in servers:
                server.__exit__()
        failures = [reason for client in clients for _, reason in client.failures]
        report.figure("restarts", 6)
        report.figure("succeeded", sum(client.succeeded for client in clients))
        report.figure("failed", f"{len(failures)} {failures[:2] or ''}")
        report.claim("no request fails", not failures)


def responds(port: int) -> bool:
    try:
        return get(port, "/livez")[0] == 200
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
