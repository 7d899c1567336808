# SPDX-License-Identifier: Apache-2.0
"""A client with little overhead: the kernel sends the request, and the response is read in place."""

import os
import re
import socket
import struct
import sys
import time

from .failure import Failure
from .request import Request

# The longest request takes a few seconds; the machine may be busy.
PATIENCE = 120
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class Client:
    """A context manager that sends requests one after another over one connection.

    `response` is reused by the next connection, whose memory is then already in the cache.

    A `paced` client keeps little data in flight, as over a network: on loopback, a single call can
    copy megabytes between sockets without yielding the processor.
    """

    PACED_BUFFER = 1 << 18
    PACED_CALL = 1 << 16

    def __init__(self, who: str, port: int, path: str, paced: bool = False):
        self.who = who
        self.port = port
        self.path = path
        self._paced = paced
        self._most = self.PACED_CALL if paced else sys.maxsize
        self.response = bytearray()
        self._chunks = bytearray(1 << 16)

    def __enter__(self):
        self._socket = socket.socket()
        if self._paced:
            for option in socket.SO_SNDBUF, socket.SO_RCVBUF:
                self._socket.setsockopt(socket.SOL_SOCKET, option, self.PACED_BUFFER)
        try:
            self._socket.settimeout(PATIENCE)
            self._socket.connect(("127.0.0.1", self.port))
        except OSError as error:
            self._socket.close()
            raise Failure(f"{self.who} does not accept connections: {error}")
        # Timeouts of the kernel, because Python would poll before each call.
        self._socket.settimeout(None)
        for option in socket.SO_RCVTIMEO, socket.SO_SNDTIMEO:
            self._socket.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", PATIENCE, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, request: Request) -> float:
        """Sends a request and returns the seconds until the last byte of its response (status 200)."""
        fields = {"Host": "localhost", **request.fields, "Content-Length": str(request.size)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        head = f"POST {self.path} HTTP/1.1\r\n{lines}\r\n".encode()
        with open(request.path, "rb") as body:
            started = time.perf_counter()
            self._send(head, body.fileno(), request.size)
            status, chunks = self._receive()
            seconds = time.perf_counter() - started
        if chunks:
            self.response = bytearray().join(self._chunks[start:end] for start, end in chunks)
        if status != 200:
            text = self.response[:200].decode(errors="replace")
            raise Failure(f"{self.who} responded to n = {request.count:,} with {status}: {text}")
        return seconds

    def _send(self, head: bytes, body: int, size: int) -> None:
        try:
            self._socket.sendall(head)
            sent = 0
            while sent < size:
                sent += os.sendfile(self._socket.fileno(), body, sent, min(size - sent, self._most))
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server may respond and close early; the response gives the reason.
        except BlockingIOError:
            raise Failure(f"{self.who} read nothing for {PATIENCE} s")

    def _receive(self) -> tuple[int, list[tuple[int, int]]]:
        """Reads the next response into `response` and returns its status and the ranges of chunks.

        Chunks remain in `_chunks` until the clock has stopped: joining them is not the server's work.
        """
        head = bytearray()
        try:
            while (end := head.find(b"\r\n\r\n")) < 0:
                received = self._socket.recv(65536)
                if not received:
                    raise Failure(f"{self.who} closed the connection instead of a response")
                head += received
            if CHUNKED.search(head, 0, end):
                return int(head[9:12]), self._receive_chunks(head[end + 4 :])
            length = LENGTH.search(head, 0, end)
            if not length:
                raise Failure(f"{self.who} sent a response without a length and not in chunks")
            size = int(length[1])
            if len(self.response) != size:
                self.response = bytearray(size)
            have = len(head) - end - 4
            self.response[:have] = head[end + 4 :]
            rest = memoryview(self.response)
            while have < size:
                room = rest[have:][: self._most]
                count = self._socket.recv_into(room, flags=socket.MSG_WAITALL)
                if not count:
                    raise Failure(f"{self.who} closed the connection within a response")
                have += count
        except BlockingIOError:
            raise Failure(f"{self.who} sent nothing for {PATIENCE} s")
        except ConnectionResetError:
            raise Failure(f"{self.who} reset the connection instead of a response")
        return int(head[9:12]), []

    def _receive_chunks(self, first: bytearray) -> list[tuple[int, int]]:
        """Reads chunks (RFC 9112, section 7.1) into `_chunks` and returns the ranges of their data."""
        self._chunks[: len(first)] = first
        have, place, chunks = len(first), 0, []
        while True:
            line = self._chunks.find(b"\r\n", place, have)
            if line < 0:
                have += self._receive_more(have)
                continue
            size = int(self._chunks[place:line], 16)
            start, place = line + 2, line + 4 + size
            while have < place:
                have += self._receive_more(have)
            if size == 0:
                return chunks
            chunks.append((start, start + size))

    def _receive_more(self, have: int) -> int:
        """Reads available bytes into `_chunks` after the first `have`, and returns their count."""
        if len(self._chunks) - have < 1 << 16:
            self._chunks.extend(bytes(len(self._chunks)))
        with memoryview(self._chunks) as room:
            count = self._socket.recv_into(room[have:][: self._most])
        if not count:
            raise Failure(f"{self.who} closed the connection within a response")
        return count
