# SPDX-License-Identifier: Apache-2.0
"""Bodies of any length that repeat a block of rows, and the checks of their exact results."""

import json
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from http.client import HTTPConnection, HTTPException, HTTPResponse
from random import Random

from .failure import Failure
from .server import Server

# A server of rows of any length may need this much more memory than an idle one, in MiB.
ALLOWED = 64

_LOSS = "/v1/losses/squared_error"
_HEADER = b"predictions,targets\n"


class Rows:
    """A body in CSV that repeats a block of rows until it has at least the given length in bytes.

    The block has seeded uniform numbers in their shortest digits.
    """

    def __init__(self, length: int, count: int = 20_000):
        random = Random(7)
        lines = (f"{random.random()!r},{random.random()!r}\n" for _ in range(count))
        self.block = "".join(lines).encode()
        self.repeats = max(1, -(-length // len(self.block)))
        self.count = count * self.repeats
        self.size = len(_HEADER) + self.repeats * len(self.block)

    def send(self, connection: HTTPConnection) -> None:
        """Sends the body in a chunk for each block."""
        chunk = b"%x\r\n%s\r\n" % (len(self.block), self.block)
        connection.send(b"%x\r\n%s\r\n" % (len(_HEADER), _HEADER))
        for _ in range(self.repeats):
            connection.send(chunk)
        connection.send(b"0\r\n\r\n")


def measure_sums(server: Server, rows: Rows) -> dict[str, float]:
    """Sends the rows, whose loss and statistics are those of all of them, to the last bit."""
    elements = json.loads(_of_block(server, rows, "?outputs=elements", "application/json"))["elements"]
    loss = float(sum(map(Fraction, elements)) * rows.repeats)

    def check(response: HTTPResponse) -> None:
        result = json.load(response)
        if response.status != 200:
            raise Failure(f"{server.name} refused {rows.size:,} bytes: {result}")
        if result["loss"] != loss or result["statistics"]["count"] != rows.count:
            raise Failure(f"{server.name} responded to {rows.count:,} rows with {result}, expected the loss {loss}")

    return _measure(server, rows, "?reduction=sum", {}, check)


def measure_rows(server: Server, rows: Rows) -> dict[str, float]:
    """Sends the rows while their gradients come back, and compares every byte of these."""
    query = "?reduction=sum&outputs=gradient"
    block = _of_block(server, rows, query, "application/x-ndjson")
    fields = {"Accept": "application/x-ndjson", "Prefer": "respond-streaming"}

    def check(response: HTTPResponse) -> None:
        if response.getheader("Preference-Applied") != "respond-streaming":
            raise Failure(f"{server.name} did not stream its response: {response.read(1_000)!r}")
        twice = memoryview(block + block)
        offset = length = 0
        while True:
            part = response.read(min(len(block), rows.repeats * len(block) - length))
            if not part:
                break
            if part != twice[offset : offset + len(part)]:
                raise Failure(f"{server.name} sent other rows after {length:,} bytes of its response")
            length += len(part)
            offset = length % len(block)
        last = response.read()
        if length != rows.repeats * len(block) or json.loads(last) != {"result": {"normalizer": 1}}:
            raise Failure(f"{server.name} ended its response after {length:,} bytes with {last[:1_000]!r}")

    return _measure(server, rows, query, fields, check)


def _measure(
    server: Server, rows: Rows, query: str, fields: dict[str, str], check: Callable[[HTTPResponse], None]
) -> dict[str, float]:
    server.reset_peak()
    before, start = server.processor_time(), time.monotonic()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", _LOSS + query)
    fields = {"Content-Type": "text/csv", "Transfer-Encoding": "chunked"} | fields
    for name, value in fields.items():
        connection.putheader(name, value)
    connection.endheaders()
    errors = []

    def send() -> None:
        try:
            rows.send(connection)
        except OSError as error:
            errors.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        check(connection.getresponse())
    except (OSError, HTTPException) as error:
        raise Failure(f"{server.name} failed at {rows.size:,} bytes: {error!r} {errors}")
    finally:
        connection.close()
        sender.join()
    peak = max(0, server.peak() - server.idle)
    if peak >= ALLOWED:
        raise Failure(f"{server.name} needed {peak:.1f} MiB more than idle for {rows.size:,} bytes")
    return {
        "time": time.monotonic() - start,
        "processor": server.processor_time() - before,
        "peak": peak,
    }


def _of_block(server: Server, rows: Rows, query: str, accept: str) -> bytes:
    """The usual response to one block."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    fields = {"Content-Type": "text/csv", "Accept": accept}
    connection.request("POST", _LOSS + query, _HEADER + rows.block, fields)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise Failure(f"{server.name} refused a block of rows: {body.decode()}")
    return body
