# SPDX-License-Identifier: Apache-2.0
"""Pipelines one request on many connections until its input ends; prints the results.

The first line of the input is a JSON object with the port, the number of connections, the number
of copies in a batch, the number of MARKs in a response, and the length of the request; the request
follows.
"""

import json
import os
import select
import socket
import sys
import time

from target import SLOWNESS

MARK = b"HTTP/1.1 "
# A mark may be split across two reads of a response.
OVERLAP = len(MARK) - 1
# The maximum duration, even if the input does not end.
SECONDS = 60


class Pipe:
    """A connection that sends the next batch after half of the responses to the previous one."""

    def __init__(self, plan: dict, text: memoryview):
        self.plan, self.text = plan, text
        # The number of marks in the responses to a batch.
        self.batch = plan["copies"] * plan["marks"]
        self.marks = 0
        self.connect()

    def connect(self) -> None:
        address = "127.0.0.1", self.plan["port"]
        self.socket = socket.create_connection(address, 10 * SLOWNESS)
        self.socket.setblocking(False)
        self.rest, self.next, self.events = self.text, self.marks + self.batch / 2, 0
        self.tail = bytes(OVERLAP)

    def wanted_events(self) -> int:
        """Starts the next batch if it is due, and returns the events to wait for."""
        if not self.rest and self.marks >= self.next:
            self.next += self.batch
            self.rest = self.text
        return select.EPOLLIN | select.EPOLLOUT if self.rest else select.EPOLLIN

    def read(self, buffer: bytearray) -> bool:
        """Counts responses and returns whether the connection stays open."""
        count = self.socket.recv_into(memoryview(buffer)[OVERLAP:])
        buffer[:OVERLAP] = self.tail
        self.marks += buffer.count(MARK, 0, OVERLAP + count)
        self.tail = bytes(buffer[count : OVERLAP + count])
        return count > 0

    def write(self) -> None:
        if self.rest:
            self.rest = self.rest[self.socket.send(self.rest[: 1 << 20]):]


def main() -> None:
    plan = json.loads(sys.stdin.buffer.readline())
    text = memoryview(sys.stdin.buffer.read(plan["length"]) * plan["copies"])
    # The server and all other clients have priority.
    os.nice(5)
    buffer = bytearray(OVERLAP + (1 << 18))
    poll = select.epoll()
    poll.register(sys.stdin, select.EPOLLIN)
    pipes = {}

    def begin(pipe: Pipe) -> None:
        pipe.events = pipe.wanted_events()
        pipes[pipe.socket.fileno()] = pipe
        poll.register(pipe.socket, pipe.events)

    for _ in range(plan["connections"]):
        begin(Pipe(plan, text))
    all_pipes = list(pipes.values())
    end = time.monotonic() + SECONDS
    is_over = False
    while not is_over and time.monotonic() < end:
        for descriptor, events in poll.poll(1):
            if descriptor == sys.stdin.fileno():
                is_over = True
                continue
            pipe = pipes[descriptor]
            try:
                is_open = not events & ~select.EPOLLOUT or pipe.read(buffer)
                if is_open and events & select.EPOLLOUT:
                    pipe.write()
            except BlockingIOError:
                is_open = True
            except OSError:
                is_open = False
            if not is_open:
                del pipes[descriptor]
                poll.unregister(descriptor)
                pipe.socket.close()
                try:
                    pipe.connect()
                except OSError:
                    is_over = True
                    break
                begin(pipe)
            elif (wanted_events := pipe.wanted_events()) != pipe.events:
                pipe.events = wanted_events
                poll.modify(descriptor, wanted_events)
    times = os.times()
    print(json.dumps({
        "responses": sum(pipe.marks for pipe in all_pipes) // plan["marks"],
        "processor": times.user + times.system,
    }))


main()
