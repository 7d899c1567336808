# SPDX-License-Identifier: Apache-2.0
"""Extremely long names, which a refusal must not repeat."""

import json

from scenarios.memory import GZIP, MIB, compressed, exchange
from target import Report, Site, post, status

MOST = 8 * 1024
LENGTH = 60_000_000


def long_names(report: Report) -> None:
    """Keys, words and paths of 60 MB or of the maximum length of a path: no refusal exceeds 8 KiB."""
    with Site() as site:
        for name, request in requests():
            before = site.processor_seconds()
            response = exchange(site.port, request, take=256 * MIB)
            spent = site.processor_seconds() - before
            if not response:
                report.claim(f"{name}: a response arrives", False)
                continue
            code, length = status(response.head), response.length - len(response.head) - 4
            report.figure(name, f"{code}, {length} bytes; {spent:.2f} s of processor time, "
                          f"{len(request) / 1000:.0f} KB sent")
            report.claim(f"{name}: is refused, not {code}", 400 <= code < 500 or code == 501)
            report.claim(f"{name}: in up to {MOST} bytes, not {length}", length <= MOST)
            # Data beyond a MiB was not kept; the response is too long anyway.
            report.claim(f"{name}: by a problem document", length > MOST or is_problem(response))
        report.claim("no connection is left", site.is_at_rest())


def is_problem(response) -> bool:
    try:
        return "detail" in json.loads(response.body)
    except ValueError:
        return False


def requests():
    """The requests by name, generated one at a time because they are long."""
    def coded(text: bytes, path: str = "/v1/losses/huber") -> bytes:
        return post(compressed(text), path, GZIP)

    begun = b'{"predictions":[1],"targets":[0],'
    slashes = b"/" * LENGTH
    tildes = b"~" * LENGTH
    yield "key of slashes", coded(b'{"%b":1}' % slashes)
    yield "key of tildes", coded(b'{"%b":1}' % tildes)
    yield "key of letters", coded(b'{"%b":1}' % (b"a" * LENGTH))
    yield "key of controls", coded(b'{"%b":1}' % (rb"\u0001" * (LENGTH // 6)))
    yield "key of quotes", coded(b'{"%b":1}' % (rb"\"" * (LENGTH // 2)))
    faces = "\U0001F600".encode() * (LENGTH // 4)
    yield "key of letters of four bytes", coded(b'{"%b":1}' % faces)
    yield "key that comes twice", coded(b'{"%b":1,"%b":1}' % ((b"/" * (LENGTH // 2),) * 2))
    term = begun + b'"regularization":[{"penalty":"l1","parameters":[1],"%b":1}]}' % slashes
    yield "key of a term", coded(term)
    yield "key of a penalty", coded(b'{"parameters":[1],"%b":1}' % slashes, "/v1/penalties/l2")
    yield "name of a penalty", coded(
        begun + b'"regularization":[{"penalty":"%b","parameters":[1]}]}' % slashes)
    yield "reduction", coded(begun + b'"reduction":"%b"}' % slashes)
    yield "output", coded(begun + b'"outputs":["%b"]}' % slashes)
    yield "string for a number", coded(begun + b'"delta":"%b"}' % slashes)
    yield "number of 60e6 digits", coded(begun + b'"delta":-0.%b1}' % (b"0" * LENGTH))
    yield "labels", coded(begun + b'"label_encoding":"%b"}' % slashes, "/v1/losses/hinge")
    for kind in ("losses", "penalties"):
        yield f"path of {kind}, letters", post(b"{}", f"/v1/{kind}/" + "a" * 8_000)
        yield f"path of {kind}, slashes", post(b"{}", f"/v1/{kind}/" + "%2F" * 2_660)
        yield f"path of {kind}, quotes", post(b"{}", f"/v1/{kind}/" + "%22" * 2_660)
    yield "path", post(b"{}", "/" * 8_000)
    yield "method", post(b"{}").replace(b"POST", b"P" * 8_000)
    yield "type of content", post(b"{}", fields=f"Content-Type: {'a' * 31_000}\r\n")
    yield "coding of content", post(b"{}", fields=f"Content-Encoding: {'a' * 31_000}\r\n")
    yield "expectation", post(b"{}", fields=f"Expect: {'a' * 31_000}\r\n")
    yield "transfer coding", post(b"").replace(
        b"Content-Length: 0", b"Transfer-Encoding: " + b"a" * 31_000)
