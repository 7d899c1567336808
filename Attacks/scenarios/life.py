# SPDX-License-Identifier: Apache-2.0
"""A server that is temporarily frozen, like a container, and all versions of HTTP."""

import socket
import time

from bare import BODY, SMALL_REQUEST, BareServer, try_request, is_problem_response
from target import (
    SLOWNESS, Report, Server, get, post, make_body, read_response, read_to_end, status,
)

LIMIT = 3 * SLOWNESS
TIMES = [f"--{name}-time={LIMIT}" for name in ("head", "body-stall", "idle", "response-stall")]
FREEZE = 4 * SLOWNESS
CONNECTIONS = 10

# The position at which a request is interrupted; the rest is sent during the freeze.
INTERRUPTIONS = {
    "half of the request line": 7,
    "half of the head": 40,
    "the head": SMALL_REQUEST.index(b"\r\n\r\n") + 4,
    "the head and half of the body": len(SMALL_REQUEST) - 10,
}


def frozen(report: Report) -> None:
    """A freeze of four seconds with timeouts of three: requests received meanwhile succeed."""
    with BareServer(*TIMES) as server:
        report.claim("the server responds", server.is_serving())
        kept = [server.connect(10) for _ in range(CONNECTIONS)]
        for connection in kept:
            connection.sendall(SMALL_REQUEST)
            read_response(connection, bytearray())
        interrupted = {
            name: [server.connect(10) for _ in range(CONNECTIONS)] for name in INTERRUPTIONS
        }
        for name, connections in interrupted.items():
            for connection in connections:
                connection.sendall(SMALL_REQUEST[: INTERRUPTIONS[name]])
        long = [server.connect(10, receive_buffer=4_096) for _ in range(CONNECTIONS)]
        for connection in long:
            connection.sendall(post(make_body(100_000)))
        # The server reads the data before the freeze, so that its timers are running.
        succeeds = server.request_status(post(make_body(30_000)), 10) == 200
        report.claim("a long request succeeds", succeeds)
        server.freeze()
        new = [server.connect(10) for _ in range(CONNECTIONS)]
        groups = {"new connections": new, "persistent connections": kept, **interrupted}
        send_rest(groups, slice(0, None, 2))
        partial = [bytearray(read_available(connection)) for connection in long]
        # The other half arrives when a timer has expired but the time limit has not.
        time.sleep(FREEZE / 4)
        send_rest(groups, slice(1, None, 2))
        time.sleep(3 * FREEZE / 4)
        server.thaw()
        for name, connections in groups.items():
            claim(report, name, [response(connection, bytearray()) for connection in connections])
        claim(report, "long responses, read meanwhile",
              [response(connection, left) for connection, left in zip(long, partial)])
        code, _ = server.terminate()
        report.claim(f"the exit code is 0, not {code}", code == 0)


def send_rest(groups: dict[str, list[socket.socket]], part: slice) -> None:
    for name, connections in groups.items():
        for connection in connections[part]:
            connection.sendall(SMALL_REQUEST[INTERRUPTIONS.get(name, 0) :])


def read_available(connection: socket.socket) -> bytes:
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
    report.claim(f"{name}: all get 200", set(outcomes) == {"200"})


# Nonexistent or unsupported versions, and the problem type of the response.
OTHERS = {
    "HTTP/2.0": (505, "unsupported-version"), "HTTP/0.9": (505, "unsupported-version"),
    "HTTP/3.0": (505, "unsupported-version"), "HTTP/1.10": (400, "invalid-version"),
    "HTTP/1.01": (400, "invalid-version"), "HTTP/01.1": (400, "invalid-version"),
    "HTTP/1.": (400, "invalid-version"), "HTTP/1": (400, "invalid-version"),
    "http/1.1": (400, "invalid-version"), "HTTP/1.a": (400, "invalid-version"),
}


def versions(report: Report) -> None:
    """HTTP/1.2 to 1.9 are treated as 1.1 (RFC 9110, section 2.5); other versions are refused."""
    with Server() as server:
        minors = [f"HTTP/1.{minor}" for minor in range(1, 10)]
        wrong = [version for version in minors if not is_like_1_1(server, version.encode())]
        report.figure("treated as 1.1", f"{len(minors) - len(wrong)} of {len(minors)}")
        report.claim(f"a minor version above 1 is treated as 1.1 {wrong}", not wrong)
        for version, (code, problem) in OTHERS.items():
            with server.connect() as connection:
                connection.sendall(f"GET /livez {version}\r\nHost: a\r\n\r\n".encode())
                response_bytes = read_to_end(connection)
            report.claim(f"{version} gets {problem}, not {status(response_bytes)}",
                         is_problem_response(response_bytes, code, problem))
        report.figure("refused", ", ".join(OTHERS))
        sentences = get(server.port, "/problems/invalid-version")[1].decode()
        explanation = sentences.partition('"explanation":')[2]
        report.figure("explanation of invalid-version", explanation[:100])
        report.claim("invalid-version does not claim that only 1.0 and 1.1 are accepted",
                     "exactly HTTP/1.1 or HTTP/1.0" not in sentences)
        report.claim("the server still responds", try_request(server.port)[0] == 200)


def is_like_1_1(server: Server, version: bytes) -> bool:
    """Whether a version is treated as 1.1: persistent, accepting chunks, and requiring Host."""
    plain = SMALL_REQUEST.replace(b"HTTP/1.1", version)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    chunked = plain.partition(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    with server.connect() as connection:
        left = bytearray()
        connection.sendall(plain + chunked + plain.replace(b"Host: a\r\n", b""))
        for _ in range(2):
            while b"\r\n" not in left:
                left += connection.recv(1 << 16)
            if not left.startswith(b"HTTP/1.1 200"):
                return False
            if read_response(connection, left)[2]:
                return False
        return is_problem_response(bytes(left) + read_to_end(connection), 400, "missing-host")
