# SPDX-License-Identifier: Apache-2.0
"""Extremely long names, which an error response must not repeat."""

import json

from scenarios.memory import GZIP, MIB, compressed, exchange
from target import Report, Server, post, status

MAX_LENGTH = 8 * 1024
LENGTH = 60_000_000


def long_names(report: Report) -> None:
    """Keys and words of 60 MB, and paths of the maximum length: no error response exceeds 8 KiB."""
    with Server() as server:
        for name, request in requests():
            before = server.processor_seconds()
            response = exchange(server.port, request, read_limit=256 * MIB)
            spent = server.processor_seconds() - before
            if not response:
                report.claim(f"{name}: the server responds", False)
                continue
            code, length = status(response.head), response.length - len(response.head) - 4
            report.figure(name, f"{code}, {length} bytes; {spent:.2f} s of processor time, "
                          f"{len(request) / 1000:.0f} KB sent")
            is_refused = 400 <= code < 500 or code == 501
            report.claim(f"{name}: the request is refused, not {code}", is_refused)
            report.claim(f"{name}: the response has at most {MAX_LENGTH} bytes, not {length}",
                         length <= MAX_LENGTH)
            # Only the first MiB is kept; a response beyond that is too long anyway.
            report.claim(f"{name}: the response is a problem document",
                         length > MAX_LENGTH or is_problem(response))
        report.claim("no connection is leaked", server.is_at_rest())


def is_problem(response) -> bool:
    try:
        return "detail" in json.loads(response.body)
    except ValueError:
        return False


def requests():
    """The requests by name, generated one at a time because they are long."""
    def coded(text: bytes, path: str = "/v1/losses/huber") -> bytes:
        return post(compressed(text), path, GZIP)

    beginning = b'{"predictions":[1],"targets":[0],'
    slashes = b"/" * LENGTH
    tildes = b"~" * LENGTH
    yield "key of slashes", coded(b'{"%b":1}' % slashes)
    yield "key of tildes", coded(b'{"%b":1}' % tildes)
    yield "key of letters", coded(b'{"%b":1}' % (b"a" * LENGTH))
    yield "key of control characters", coded(b'{"%b":1}' % (rb"\u0001" * (LENGTH // 6)))
    yield "key of quotes", coded(b'{"%b":1}' % (rb"\"" * (LENGTH // 2)))
    faces = "\U0001F600".encode() * (LENGTH // 4)
    yield "key of four-byte characters", coded(b'{"%b":1}' % faces)
    yield "duplicate key", coded(b'{"%b":1,"%b":1}' % ((b"/" * (LENGTH // 2),) * 2))
    term = beginning + b'"regularization":[{"penalty":"l1","parameters":[1],"%b":1}]}' % slashes
    yield "key of a term", coded(term)
    yield "key of a penalty", coded(b'{"parameters":[1],"%b":1}' % slashes, "/v1/penalties/l2")
    yield "name of a penalty", coded(
        beginning + b'"regularization":[{"penalty":"%b","parameters":[1]}]}' % slashes)
    yield "reduction", coded(beginning + b'"reduction":"%b"}' % slashes)
    yield "output", coded(beginning + b'"outputs":["%b"]}' % slashes)
    yield "string instead of a number", coded(beginning + b'"delta":"%b"}' % slashes)
    yield "number with 60e6 digits", coded(beginning + b'"delta":-0.%b1}' % (b"0" * LENGTH))
    yield "label encoding", coded(
        beginning + b'"label_encoding":"%b"}' % slashes, "/v1/losses/hinge")
    for kind in ("losses", "penalties"):
        yield f"path of {kind}, letters", post(b"{}", f"/v1/{kind}/" + "a" * 8_000)
        yield f"path of {kind}, slashes", post(b"{}", f"/v1/{kind}/" + "%2F" * 2_660)
        yield f"path of {kind}, quotes", post(b"{}", f"/v1/{kind}/" + "%22" * 2_660)
    yield "path", post(b"{}", "/" * 8_000)
    yield "method", post(b"{}").replace(b"POST", b"P" * 8_000)
    yield "Content-Type", post(b"{}", fields=f"Content-Type: {'a' * 31_000}\r\n")
    yield "Content-Encoding", post(b"{}", fields=f"Content-Encoding: {'a' * 31_000}\r\n")
    yield "Expect", post(b"{}", fields=f"Expect: {'a' * 31_000}\r\n")
    yield "Transfer-Encoding", post(b"").replace(
        b"Content-Length: 0", b"Transfer-Encoding: " + b"a" * 31_000)
