# SPDX-License-Identifier: Apache-2.0
"""Token files that change while in use."""

import os
import re
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from bare import BareServer, flood
from scenarios.logs import entry
from scenarios.tokens import authorized, is_up
from target import PATIENCE, Report, make_body, read_response, wait_until


class Log(threading.Thread):
    """Collects the lines logged by a server."""

    def __init__(self, reader: int):
        super().__init__(daemon=True)
        self.reader = reader
        self.lines: list[str] = []

    def run(self) -> None:
        with open(self.reader, encoding="utf-8", errors="replace") as text:
            for line in text:
                self.lines.append(line)

    def has_warning(self, since: int, pattern: str) -> bool:
        """Whether a later line is a warning or an error with a given text."""
        return any(
            (entry(line) or {}).get("level") in ("warning", "error", "critical")
            and re.search(pattern, line, re.I)
            for line in self.lines[since:]
        )


def sighup(report: Report) -> None:
    """SIGHUP without tokens, with other tokens, and with an invalid file."""
    with BareServer() as server:
        ready = server.is_serving()
        server.process.send_signal(signal.SIGHUP)
        right = flood(server, 100)
        code, _ = server.terminate()
        report.figure("without a token file", f"{right} of 100 succeeded, exit code {code}")
        report.claim("without tokens: SIGHUP does not stop the server", ready and right == 100)
        report.claim(f"without tokens: the exit code is 0, not {code}", code == 0)
    with tempfile.TemporaryDirectory() as folder:
        change_tokens(report, Path(folder, "tokens"))


def change_tokens(report: Report, file: Path) -> None:
    """Changes the token file and sends SIGHUP; `key-both` is in all files and always in use."""
    file.write_bytes(b"key-both\nkey-old\n")
    reader, writer = os.pipe()
    log = Log(reader)
    log.start()
    with BareServer("--token-file", str(file), stderr=writer) as server:
        os.close(writer)
        is_up(server)
        with SteadyClient(server, authorized("Bearer key-both")) as steady:
            partial = PartialRequests(server)
            replace(file, b"# since\r\nkey-both\r\nkey-new\r\n")
            changed = send_sighup(server, lambda: is_replaced(server, "key-old", "key-new"))
            keeps_succeeding = steady.keeps_succeeding()
            report.figure("other tokens", "accepted" if changed else "not accepted")
            report.claim("other tokens: the new ones are accepted, the old ones rejected", changed)
            completed = partial.complete()
            count = len(partial.pending)
            report.figure("requests in progress", f"{completed} of {count} succeeded")
            report.claim("requests in progress are not disturbed",
                         completed == count)
            bad_tokens = [
                ("a control character", b"key-both\nkey-\x07left\n", r"line\W+2\b"),
                ("no token", b"# key-both\n", r"no token|empty"),
                ("missing", None, r"no such file|not exist|missing|not found"),
            ]
            for name, content, pattern in bad_tokens:
                since = len(log.lines)
                replace(file, content)
                is_logged = send_sighup(server, lambda: log.has_warning(since, pattern))
                keeps_succeeding = steady.keeps_succeeding() and keeps_succeeding
                kept = is_accepted(server, "key-both") and is_replaced(server, "key-old", "key-new")
                report.figure(name, f"{'logged' if is_logged else 'not logged'}, "
                              f"{'tokens unchanged' if kept else 'tokens changed'}")
                report.claim(f"{name}: the log contains a warning or an error", is_logged)
                report.claim(f"{name}: the tokens are unchanged", kept)
            replace(file, b"key-both\nkey-last\n")
            changed = send_sighup(server, lambda: is_replaced(server, "key-new", "key-last"))
            report.claim("a valid file is then accepted again", changed)
            keeps_succeeding = steady.keeps_succeeding() and keeps_succeeding
        code, _ = server.terminate()
        report.claim(f"the exit code is 0, not {code}", code == 0)
    log.join(PATIENCE)
    report.figure("client with a token in all files",
                  f"{steady.right} succeeded, {len(steady.failures)} failed")
    report.claim(f"a client with a token in all files is not affected {steady.failures[:1]}",
                 keeps_succeeding and not steady.failures)
    found = [line for line in log.lines if "key-" in line]
    report.claim(f"no token is in the log {found[:1]}", not found)


def is_accepted(server: BareServer, token: str, code: int = 200) -> bool:
    return server.request_status(authorized(f"Bearer {token}")) == code


def is_replaced(server: BareServer, old: str, new: str) -> bool:
    """Whether one token is accepted and the other rejected."""
    return is_accepted(server, new) and is_accepted(server, old, 401)


def replace(file: Path, content: bytes | None) -> None:
    """Replaces the file atomically; None removes it."""
    if content is None:
        return file.unlink()
    other = file.with_suffix(".new")
    other.write_bytes(content)
    os.replace(other, file)


def send_sighup(server: BareServer, condition: Callable[[], bool]) -> bool:
    """Sends SIGHUP and returns whether a condition becomes true."""
    server.process.send_signal(signal.SIGHUP)
    return wait_until(lambda: server.has_exited() or condition(), 3) and not server.has_exited()


class SteadyClient(threading.Thread):
    """A context manager that sends about fifty requests per second.

    Every other request uses a new connection, the others a persistent one.
    """

    def __init__(self, server: BareServer, request: bytes):
        super().__init__(daemon=True)
        self.server = server
        self.request = request
        self.right = 0
        self.failures: list[str] = []
        self.ending = threading.Event()

    def keeps_succeeding(self) -> bool:
        """Whether ten more requests succeed within a time limit."""
        enough = self.right + 10
        return wait_until(lambda: self.right >= enough, 5)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.join(PATIENCE)

    def run(self) -> None:
        kept, left, is_kept = None, bytearray(), False
        while not self.ending.wait(0.02):
            is_kept = not is_kept
            try:
                if is_kept:
                    kept = kept or self.server.connect()
                    kept.sendall(self.request)
                    code, _, closes = read_response(kept, left)
                    if closes:
                        kept = None
                else:
                    code = self.server.request_status(self.request)
                if code == 200:
                    self.right += 1
                else:
                    self.failures.append(f"status {code}")
            except (OSError, EOFError) as error:
                self.failures.append(repr(error)[:80])
                kept, left = None, bytearray()


class PartialRequests:
    """Partially sent requests, and a complete one whose response has not been read."""

    def __init__(self, server: BareServer):
        short, long = (authorized("Bearer key-both", make_body(count)) for count in (100, 100_000))
        head = short.index(b"\r\n\r\n")
        # Interrupted in the first line, in the token, after the head, in the body; one is complete.
        places = [7, short.index(b"key-both") + 2, head, head + 4, len(short) - 100]
        self.pending = []
        for request, place in [(short, place) for place in places] + [(long, len(long))]:
            connection = server.connect(5, receive_buffer=4_096)
            connection.sendall(request[:place])
            self.pending.append((connection, request[place:]))

    def complete(self) -> int:
        """Sends the rest of each request and returns the number of successful responses."""
        succeeded = 0
        for connection, rest in self.pending:
            try:
                connection.sendall(rest)
                succeeded += read_response(connection, bytearray())[0] == 200
            except (OSError, EOFError):
                pass
            connection.close()
        return succeeded
