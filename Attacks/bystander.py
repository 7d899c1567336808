# SPDX-License-Identifier: Apache-2.0
"""Sends a server about fifty requests per second until its input ends, then prints the results.

Every other request uses a new connection, the others a persistent one. The first argument is a
port; the others are the kinds of requests to send in turn, by default: small.
"""

import json
import select
import socket
import sys
import time

from target import BYSTANDER_TOKEN, SLOWNESS, post, read_response

BODY = b'{"predictions":[1,2],"targets":[0,0]}'
SMALL_RESPONSE = b'{"loss":2.5,"gradient":[1,2],"normalizer":2}'
KINDS = {
    "small": (post(BODY), SMALL_RESPONSE),
    "authorized": (
        post(BODY, fields=f"Authorization: Bearer {BYSTANDER_TOKEN}\r\n"), SMALL_RESPONSE),
    "livez": (b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", None),
}
PAUSE = 0.02


def exchange(connection: socket.socket, left: bytearray, kind: str) -> bool:
    request, response = KINDS[kind]
    connection.sendall(request)
    status, body, closes = read_response(connection, left)
    if status != 200 or response not in (None, body):
        raise RuntimeError(f"{status} {body[:100]}")
    return closes


def connect(port: int) -> tuple[socket.socket, bytearray]:
    connection = socket.create_connection(("127.0.0.1", port), 10 * SLOWNESS)
    return connection, bytearray()


def summary(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    at = lambda share: times[min(len(times) - 1, int(share * len(times)))] if times else 0
    return {"correct": len(times), "p50": at(0.5), "p99": at(0.99), "max": at(1)}


def main(port: int, kinds: list[str]) -> None:
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    failures, failure = 0, ""
    kept = None
    turn = 0
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        turn += 1
        kind = kinds[turn // 2 % len(kinds)]
        start = time.monotonic()
        try:
            if turn % 2:
                kept = kept or connect(port)
                if exchange(*kept, kind):
                    kept = None
            else:
                connection, left = connect(port)
                with connection:
                    exchange(connection, left, kind)
            times[kind].append(1000 * (time.monotonic() - start))
        except (OSError, EOFError, RuntimeError) as error:
            failures += 1
            failure = failure or repr(error)
            if turn % 2:
                kept = None
    print(json.dumps({
        **summary(sum(times.values(), [])), "failures": failures, "failure": failure,
        "kinds": {kind: summary(found) for kind, found in times.items()},
    }))


main(int(sys.argv[1]), sys.argv[2:] or ["small"])
