# SPDX-License-Identifier: Apache-2.0
"""Sends a server all kinds of valid and invalid requests until its input ends; prints the results.

The first argument is a port, the second a seed, which determines the requests.
"""

import gzip
import json
import random
import select
import socket
import struct
import sys
from collections import Counter

from target import PATIENCE, post, make_body, read_response

RESET = struct.pack("ii", 1, 0)


def expected_response(count: int):
    """The mean squared error of `make_body` and its gradient: (1.1 - 0)^2, and 2 * 1.1 / count."""
    return 1.1 * 1.1, 2.2 / count


class Mixture:
    def __init__(self, port: int, seed: int):
        self.port = port
        self.random = random.Random(seed)
        self.counts = Counter()
        self.connection = None
        self.left = bytearray()
        self.bodies = {}
        self.responses = {}

    def run(self) -> None:
        kinds = [self.small] * 20 + [self.medium] * 6 + [self.large, self.compressed, self.chunked]
        kinds += [self.refused] * 6 + [self.malformed] * 3 + [self.vanishing] * 3
        while not select.select([sys.stdin], [], [], 0)[0]:
            kind = self.random.choice(kinds)
            try:
                kind()
                self.counts[kind.__name__] += 1
            except (OSError, EOFError, AssertionError, ValueError) as error:
                self.counts[f"wrong: {kind.__name__} {error!r:.80}"] += 1
                self.connection = None
        for name, count in self.counts.items():
            print(name, count)

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        if not self.connection:
            self.connection = socket.create_connection(("127.0.0.1", self.port), 2 * PATIENCE)
            self.left = bytearray()
        self.connection.sendall(request)
        status, body, closes = read_response(self.connection, self.left)
        if closes:
            self.connection.close()
            self.connection = None
        return status, body

    def text(self, count: int) -> bytes:
        if count not in self.bodies:
            self.bodies[count] = make_body(count)
        return self.bodies[count]

    def check(self, count: int, status: int, body: bytes) -> None:
        assert status == 200, status
        # Equal requests must have equal responses, byte for byte.
        if self.responses.get(count) == body:
            return
        response = json.loads(body)
        loss, gradient = expected_response(count)
        assert abs(response["loss"] - loss) < 1e-12, response["loss"]
        assert len(response["gradient"]) == count
        assert all(abs(number - gradient) < 1e-12 for number in response["gradient"])
        assert self.responses.setdefault(count, body) == body

    def size(self, sizes) -> int:
        return self.random.choice(sizes)

    def small(self) -> None:
        count = self.size([1, 4, 30, 100])
        self.check(count, *self.exchange(post(self.text(count))))

    def medium(self) -> None:
        count = self.size([1_000, 5_000, 16_384, 16_385])
        self.check(count, *self.exchange(post(self.text(count))))

    def large(self) -> None:
        count = self.size([50_000, 200_000])
        self.check(count, *self.exchange(post(self.text(count))))

    def compressed(self) -> None:
        count = self.size([4, 1_000, 20_000])
        body = gzip.compress(self.text(count), 1)
        fields = "Content-Encoding: gzip\r\nAccept-Encoding: gzip, identity;q=0\r\n"
        status, response = self.exchange(post(body, fields=fields))
        self.check(count, status, gzip.decompress(response))

    def chunked(self) -> None:
        count = self.size([4, 5_000])
        text = self.text(count)
        head = b"POST /v1/losses/mse HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        size = self.random.choice([7, 1_000, 60_000]) if count > 4 else 5
        chunks = [text[at : at + size] for at in range(0, len(text), size)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
        self.check(count, *self.exchange(head + body + b"0\r\n\r\n"))

    def refused(self) -> None:
        """Sends well-formed HTTP that is mostly not a valid request to the service."""
        status, request = self.random.choice([
            (400, post(b'{"predictions":[1,2')),
            (422, post(b'{"predictions":[1],"targets":[1],"dleta":1}')),
            (422, post(b'{"predictions":[1,2],"targets":[1]}')),
            (404, post(b"{}", "/v1/losses/none")),
            (405, post(b"", "/v1/losses")),
            (415, post(b"{}", fields="Content-Type: text/csv\r\n")),
            (400, post(b"{}", fields="Content-Encoding: gzip\r\n")),
            (200, b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
            (200, b"GET /openapi.json HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"),
            (204, b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        ])
        assert self.exchange(request)[0] == status, request[:60]

    def malformed(self) -> None:
        """Sends a malformed request, after which the server closes the connection."""
        status, request = self.random.choice([
            (400, b"GET / HTTP/1.1\r\n\r\n"),
            (400, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n"),
            (414, b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n"),
            (431, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 101 + b"\r\n"),
            (413, post(b"")[:-4].replace(b"Length: 0", b"Length: 99999999999") + b"\r\n\r\n"),
            (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        ])
        assert self.exchange(request)[0] == status, request[:60]
        assert self.connection is None

    def vanishing(self) -> None:
        """Disconnects in the middle of a request or of its response."""
        request = post(self.text(self.size([4, 5_000, 50_000])))
        connection = socket.create_connection(("127.0.0.1", self.port), 2 * PATIENCE)
        if self.random.random() < 0.5:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if self.random.random() < 0.5:
            connection.sendall(request[: self.random.randrange(len(request))])
        else:
            connection.sendall(request)
            connection.recv(self.random.randrange(1, 100_000))
        connection.close()


Mixture(int(sys.argv[1]), int(sys.argv[2])).run()
