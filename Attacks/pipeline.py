# SPDX-License-Identifier: Apache-2.0
"""Pipelines one request on many connections until its input ends; prints the results.

The first line of the input contains the port, the count of connections, the count of copies in a
batch, how often a response contains the MARK, and the length of the request, which follows it.
"""

import json
import os
import select
import socket
import sys
import time

from target import SLOWNESS

MARK = b"HTTP/1.1 "
# A mark that spans two parts of a response must be found, too.
KEPT = len(MARK) - 1
# The maximum duration, even if the input does not end.
SECONDS = 60


class Pipe:
    """A connection that sends the next batch when half of the previous one has been answered."""

    def __init__(self, plan: dict, text: memoryview):
        self.plan, self.text = plan, text
        # The count of marks in the responses to a batch.
        self.batch = plan["copies"] * plan["marks"]
        self.marks = 0
        self.connect()

    def connect(self) -> None:
        address = "127.0.0.1", self.plan["port"]
        self.socket = socket.create_connection(address, 10 * SLOWNESS)
        self.socket.setblocking(False)
        self.rest, self.next, self.events = self.text, self.marks + self.batch / 2, 0
        self.tail = bytes(KEPT)

    def wanted(self) -> int:
        """Starts the next batch if it is due, and returns the events to wait for."""
        if not self.rest and self.marks >= self.next:
            self.next += self.batch
            self.rest = self.text
        return select.EPOLLIN | select.EPOLLOUT if self.rest else select.EPOLLIN

    def read(self, buffer: bytearray) -> bool:
        """Counts responses and returns whether the connection stays open."""
        count = self.socket.recv_into(memoryview(buffer)[KEPT:])
        buffer[:KEPT] = self.tail
        self.marks += buffer.count(MARK, 0, KEPT + count)
        self.tail = bytes(buffer[count : KEPT + count])
        return count > 0

    def write(self) -> None:
        if self.rest:
            self.rest = self.rest[self.socket.send(self.rest[: 1 << 20]):]


def main() -> None:
    plan = json.loads(sys.stdin.buffer.readline())
    text = memoryview(sys.stdin.buffer.read(plan["length"]) * plan["copies"])
    # The server and all other clients have priority.
    os.nice(5)
    buffer = bytearray(KEPT + (1 << 18))
    poll = select.epoll()
    poll.register(sys.stdin, select.EPOLLIN)
    pipes = {}

    def begin(pipe: Pipe) -> None:
        pipe.events = pipe.wanted()
        pipes[pipe.socket.fileno()] = pipe
        poll.register(pipe.socket, pipe.events)

    for _ in range(plan["connections"]):
        begin(Pipe(plan, text))
    crowd = list(pipes.values())
    end = time.monotonic() + SECONDS
    is_over = False
    while not is_over and time.monotonic() < end:
        for descriptor, events in poll.poll(1):
            if descriptor == sys.stdin.fileno():
                is_over = True
                continue
            pipe = pipes[descriptor]
            try:
                goes_on = not events & ~select.EPOLLOUT or pipe.read(buffer)
                if goes_on and events & select.EPOLLOUT:
                    pipe.write()
            except BlockingIOError:
                goes_on = True
            except OSError:
                goes_on = False
            if not goes_on:
                del pipes[descriptor]
                poll.unregister(descriptor)
                pipe.socket.close()
                try:
                    pipe.connect()
                except OSError:
                    is_over = True
                    break
                begin(pipe)
            elif (wanted := pipe.wanted()) != pipe.events:
                pipe.events = wanted
                poll.modify(descriptor, wanted)
    times = os.times()
    print(json.dumps({
        "responses": sum(pipe.marks for pipe in crowd) // plan["marks"],
        "processor": times.user + times.system,
    }))


main()
