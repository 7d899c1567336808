# SPDX-License-Identifier: Apache-2.0
"""A server that answers as a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import http.server
import itertools
import json
import threading
from dataclasses import dataclass, field
from typing import Any

RESULT = b'{"loss":0.25,"normalizer":1}'


@dataclass(frozen=True)
class Answer:
    """A response; without a status the connection is closed instead."""

    status: int | None = 200
    body: bytes = RESULT
    fields: dict[str, str] = field(default_factory=dict)
    #: Set before the response is sent.
    after: threading.Event | None = None


def problem(status: int, **fields: str) -> Answer:
    """A response with a problem document."""
    body = {"type": "/problems/scripted", "title": "Scripted", "status": status, "detail": "It was scripted."}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/problem+json", **fields})


@dataclass(frozen=True)
class Received:
    """A request."""

    method: str
    target: str
    fields: dict[str, str]
    body: bytes
    #: The connection it came on.
    connection: int


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Says nothing about clients that have gone."""


class ScriptedServer:
    """Serves the answers in order, and the last one for all further requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [Answer()]
        self.received: list[Received] = []
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def socket(self) -> Any:
        return self._server.socket

    @socket.setter
    def socket(self, socket: Any) -> None:
        self._server.socket = socket

    def _answer(self, received: Received) -> Answer:
        with self._lock:
            self.received.append(received)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        scripted = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                self.number = next(scripted._numbers)

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                fields = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.command, self.path, fields, body, self.number)
                answer = scripted._answer(received)
                if answer.after is not None:
                    answer.after.wait()
                if answer.status is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_POST = do_GET  # noqa: N815 - likewise
            do_CONNECT = do_GET  # noqa: N815 - likewise

            def log_message(self, *_: object) -> None:
                pass

        return Handler
