# SPDX-License-Identifier: Apache-2.0
"""Asks a server some fifty times a second until its input ends, then prints what came of it.

Every other question comes by a connection of its own, the rest by one that is kept.
"""

import json
import select
import socket
import sys
import time

from target import post, read_answer

QUESTION = post(b'{"predictions":[1,2],"targets":[0,0]}')
ANSWER = b'{"loss":2.5,"gradient":[1,2],"normalizer":2}'
PAUSE = 0.02


def ask(connection: socket.socket, left: bytearray) -> bool:
    connection.sendall(QUESTION)
    status, body, closes = read_answer(connection, left)
    if (status, body) != (200, ANSWER):
        raise RuntimeError(f"{status} {body[:100]}")
    return closes


def connect(port: int) -> tuple[socket.socket, bytearray]:
    connection = socket.create_connection(("127.0.0.1", port), 10)
    return connection, bytearray()


def main(port: int) -> None:
    times, failures, failure = [], 0, ""
    kept = None
    is_kept = False
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        is_kept = not is_kept
        start = time.monotonic()
        try:
            if is_kept:
                kept = kept or connect(port)
                if ask(*kept):
                    kept = None
            else:
                connection, left = connect(port)
                with connection:
                    ask(connection, left)
            times.append(1000 * (time.monotonic() - start))
        except (OSError, EOFError, RuntimeError) as error:
            failures += 1
            failure = failure or repr(error)
            kept = None
    times.sort()
    at = lambda part: times[min(len(times) - 1, int(part * len(times)))] if times else 0
    print(json.dumps({
        "right": len(times), "failures": failures, "failure": failure,
        "p50": at(0.5), "p99": at(0.99), "longest": at(1),
    }))


main(int(sys.argv[1]))
