# SPDX-License-Identifier: Apache-2.0
"""A server that is frozen temporarily, like a container, and all versions of HTTP."""

import socket
import time

from bare import BODY, SMALL_REQUEST, Bare, asks, is_told
from target import SLOWNESS, Report, Site, get, post, make_body, read_response, read_to_end, status

LIMIT = 3 * SLOWNESS
TIMES = [f"--{name}-time={LIMIT}" for name in ("head", "body-stall", "idle", "response-stall")]
FREEZE = 4 * SLOWNESS
EACH = 10

# The position at which a request is interrupted; the rest is sent during the freeze.
HALVES = {
    "half a first line": 7,
    "half a head": 40,
    "a head": SMALL_REQUEST.index(b"\r\n\r\n") + 4,
    "half a body": len(SMALL_REQUEST) - 10,
}


def frozen(report: Report) -> None:
    """A freeze of four seconds with timeouts of three: data received meanwhile is answered."""
    with Bare(*TIMES) as server:
        report.claim("the server serves", server.serves())
        kept = [server.connect(10) for _ in range(EACH)]
        for connection in kept:
            connection.sendall(SMALL_REQUEST)
            read_response(connection, bytearray())
        halves = {name: [server.connect(10) for _ in range(EACH)] for name in HALVES}
        for name, connections in halves.items():
            for connection in connections:
                connection.sendall(SMALL_REQUEST[: HALVES[name]])
        long = [server.connect(10, receive_buffer=4_096) for _ in range(EACH)]
        for connection in long:
            connection.sendall(post(make_body(100_000)))
        # The server reads the data before the freeze, so that its timers are running.
        quiet = server.ask(post(make_body(30_000)), 10) == 200
        report.claim("a long request is answered", quiet)
        server.freeze()
        new = [server.connect(10) for _ in range(EACH)]
        groups = {"new connections": new, "kept connections": kept, **halves}
        send_rest(groups, slice(0, None, 2))
        begun = [bytearray(take_all(connection)) for connection in long]
        # The other half arrives when a timer has expired but the time limit has not.
        time.sleep(FREEZE / 4)
        send_rest(groups, slice(1, None, 2))
        time.sleep(3 * FREEZE / 4)
        server.thaw()
        for name, connections in groups.items():
            claim(report, name, [response(connection, bytearray()) for connection in connections])
        claim(report, "long responses, read meanwhile",
              [response(connection, left) for connection, left in zip(long, begun)])
        code, _ = server.terminate()
        report.claim(f"the exit code is 0, not {code}", code == 0)


def send_rest(groups: dict[str, list[socket.socket]], part: slice) -> None:
    for name, connections in groups.items():
        for connection in connections[part]:
            connection.sendall(SMALL_REQUEST[HALVES.get(name, 0) :])


def take_all(connection: socket.socket) -> bytes:
    """Reads the data in flight from a stopped server."""
    parts = []
    connection.settimeout(0.05)
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except TimeoutError:
        pass
    connection.settimeout(10 * SLOWNESS)
    return b"".join(parts)


def response(connection: socket.socket, left: bytearray) -> str:
    try:
        return str(read_response(connection, left)[0])
    except (OSError, EOFError) as error:
        return type(error).__name__
    finally:
        connection.close()


def claim(report: Report, name: str, outcomes: list[str]) -> None:
    counts = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    report.figure(name, ", ".join(f"{outcome}: {count}" for outcome, count in counts.items()))
    report.claim(f"{name}: all are answered 200", set(outcomes) == {"200"})


# Nonexistent or unsupported versions, and the problem type of the response.
OTHERS = {
    "HTTP/2.0": (505, "unsupported-version"), "HTTP/0.9": (505, "unsupported-version"),
    "HTTP/3.0": (505, "unsupported-version"), "HTTP/1.10": (400, "invalid-version"),
    "HTTP/1.01": (400, "invalid-version"), "HTTP/01.1": (400, "invalid-version"),
    "HTTP/1.": (400, "invalid-version"), "HTTP/1": (400, "invalid-version"),
    "http/1.1": (400, "invalid-version"), "HTTP/1.a": (400, "invalid-version"),
}


def versions(report: Report) -> None:
    """HTTP/1.2 to 1.9 are treated as 1.1 (RFC 9110, section 2.5); all other versions are refused."""
    with Site() as site:
        minors = [f"HTTP/1.{minor}" for minor in range(1, 10)]
        wrong = [version for version in minors if not is_like_1_1(site, version.encode())]
        report.figure("answered as 1.1", f"{len(minors) - len(wrong)} of {len(minors)}")
        report.claim(f"a minor version above 1 is answered as 1.1 {wrong}", not wrong)
        for version, (code, problem) in OTHERS.items():
            with site.connect() as connection:
                connection.sendall(f"GET /livez {version}\r\nHost: a\r\n\r\n".encode())
                told = read_to_end(connection)
            report.claim(f"{version} is told {problem}, not {status(told)}",
                         is_told(told, code, problem))
        report.figure("refused", ", ".join(OTHERS))
        sentences = get(site.port, "/problems/invalid-version")[1].decode()
        report.figure("the problem says", sentences.partition('"explanation":')[2][:100])
        report.claim("invalid-version does not say that there are 1.0 and 1.1 only",
                     "exactly HTTP/1.1 or HTTP/1.0" not in sentences)
        report.claim("the server still serves", asks(site.port)[0] == 200)


def is_like_1_1(site: Site, version: bytes) -> bool:
    """Whether the server treats a version as 1.1: persistent, reading chunks, and requiring Host."""
    plain = SMALL_REQUEST.replace(b"HTTP/1.1", version)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    chunked = plain.partition(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    with site.connect() as connection:
        left = bytearray()
        connection.sendall(plain + chunked + plain.replace(b"Host: a\r\n", b""))
        for _ in range(2):
            while b"\r\n" not in left:
                left += connection.recv(1 << 16)
            if not left.startswith(b"HTTP/1.1 200"):
                return False
            if read_response(connection, left)[2]:
                return False
        return is_told(bytes(left) + read_to_end(connection), 400, "missing-host")
