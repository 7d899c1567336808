# SPDX-License-Identifier: Apache-2.0
"""Many connections, and few file descriptors."""

import resource
import socket
import threading
import time
from collections import Counter

from bare import SMALL_REQUEST, is_problem_response
from target import (
    Bystander, Report, Server, post, read_response, read_to_end, status, wait_until,
)

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"


def idle(report: Report) -> None:
    """10,000 connections that stay idle after one request."""
    count = 10_000
    allow_descriptors(count + 100)
    with Server("--connections", "20000") as server:
        before = server.memory()
        with Bystander(server.port) as bystander:
            connections, first_responses = [], 0
            for _ in range(count):
                connection = server.connect()
                connection.sendall(LIVEZ)
                first_responses += read_response(connection, bytearray())[0] == 200
                connections.append(connection)
            busy = server.processor_seconds()
            time.sleep(3)
            busy = server.processor_seconds() - busy
            opened = server.metric("http_server_open_connections")
            memory = server.memory() - before
            second_responses = 0
            for connection in connections:
                connection.sendall(LIVEZ)
                second_responses += read_response(connection, bytearray())[0] == 200
            for connection in connections:
                connection.close()
        report.figure("connections", f"{count}, {first_responses} got a response, "
                      f"later {second_responses} another")
        report.measure("memory", f"{memory:.1f} MiB, {1024 * memory / count:.1f} KiB each")
        report.measure("processor usage while idle", f"{100 * busy / 3:.1f}%")
        report.claim("all are open", opened >= count)
        report.claim("each gets two responses", first_responses == second_responses == count)
        report.bound("an idle connection uses less than 8 KiB", 1024 * memory / count < 8)
        report.claim("no connection is leaked", server.is_at_rest())
        bystander.report(report)


def connection_limit(report: Report) -> None:
    """More connections than the limit of 4,096."""
    allow_descriptors(5_000)
    with Server() as server:
        connections, served = [], 0
        for _ in range(4_096):
            connections.append(server.connect())
            connections[-1].sendall(LIVEZ)
            served += read_response(connections[-1], bytearray())[0] == 200
        beyond = [server.connect() for _ in range(20)]
        refused = 0
        for connection in beyond:
            response = read_to_end(connection)
            refused += status(response) == 503 and b"Retry-After: 1" in response
        for connection in connections + beyond:
            connection.close()
        report.figure("connections beyond the limit", f"{len(beyond)}, of which {refused} got 503")
        report.claim("the limit is reached", served == len(connections))
        report.claim("each gets 503 with Retry-After", refused == len(beyond))
        recovered = wait_until(lambda: server.get("/livez")[0] == 200)
        report.claim("the server has recovered", recovered and server.is_at_rest())


def descriptors(report: Report) -> None:
    """A server with 64 descriptors: 200 silent clients, 200 probes, and 200 requests."""
    limit, count, seconds = 64, 200, 3
    with Server(descriptors=limit) as server:
        silent = [server.connect() for _ in range(count)]
        used, spent = [], server.processor_seconds()
        for _ in range(10 * seconds):
            time.sleep(0.1)
            used.append(server.descriptors())
        spent = server.processor_seconds() - spent
        report.measure("processor usage while silent", f"{100 * spent / seconds:.1f}%")
        report.bound("the server does not spin", spent < 0.1 * seconds)
        probes = responses(server, LIVEZ, count)
        report.figure("probes", f"{probes['200']} of {count} succeeded")
        report.claim(f"each probe succeeds, not {dict(probes)}", probes["200"] == count)
        for connection in silent:
            connection.close()
        first = responses(server, SMALL_REQUEST, count)
        outcomes, rounds = first, 1
        succeeded = first["200"]
        # The connections of a round are closed before the next one.
        while succeeded < count and outcomes["200"] and rounds < count:
            outcomes = responses(server, SMALL_REQUEST, count - succeeded)
            succeeded, rounds = succeeded + outcomes["200"], rounds + 1
        used.append(server.descriptors())
        report.figure("requests", f"{first['200']} of {count} succeeded, {first['503']} got 503; "
                      f"{succeeded} after {rounds} rounds")
        report.figure("peak descriptors in use", f"{max(used)} of {limit}")
        report.claim(f"each gets 200, or 503 with Retry-After, not {dict(first)}",
                     first["200"] + first["503"] == count)
        report.claim("all succeed on a retry", succeeded == count)
        report.claim(f"at most {limit} descriptors are in use", max(used) <= limit)
        report.claim("no connection is leaked", server.is_at_rest())


def retries(report: Report) -> None:
    """320 clients beyond the capacity, each of which sends its refused request again at once."""
    numbers = ",".join(f"0.{digits:017}" for digits in range(10**16, 32_000 + 10**16))
    request = post(f'{{"predictions":[{numbers}],"targets":[{numbers}],"outputs":["loss"]}}'.encode())
    with Server("--waiting-jobs", "16") as server, Bystander(server.port) as bystander:
        few, many = (repeat(server, request, clients, seconds=4) for clients in (8, 320))
        for clients, outcomes in ((8, few), (320, many)):
            report.measure(f"{clients} clients with {len(request) / 1e6:.1f} MB",
                           ", ".join(f"{count / 4:.0f} x {outcome} per second"
                                     for outcome, count in sorted(outcomes.items())))
        report.claim("every response is 200 or 503", set(few + many) <= {"200", "503"})
        report.bound("at least half as many succeed among many clients as among few",
                     many["200"] >= few["200"] / 2)
        at_rest = wait_until(lambda: server.metric("http_server_open_connections") <= 3)
        report.claim("no connection is leaked", at_rest)
    bystander.report(report)


def repeat(server: Server, request: bytes, clients: int, seconds: float) -> Counter[str]:
    """Returns the outcomes of a request that each of several clients sends again and again."""
    end = time.monotonic() + seconds
    outcomes = []

    def run():
        while time.monotonic() < end:
            with server.connect() as connection:
                left = bytearray()
                closes = False
                while not closes and time.monotonic() < end:
                    try:
                        connection.sendall(request)
                        code, _, closes = read_response(connection, left)
                        outcomes.append(str(code))
                    except (ConnectionError, EOFError):
                        outcomes.append("disconnected")
                        closes = True

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def responses(server: Server, request: bytes, count: int) -> Counter[str]:
    """Sends a request on each of `count` connections; all stay open until the last response."""
    connections = []
    for _ in range(count):
        connections.append(server.connect())
        connections[-1].sendall(request)
    outcomes = Counter(outcome(connection) for connection in connections)
    for connection in connections:
        connection.close()
    return outcomes


def outcome(connection: socket.socket) -> str:
    try:
        # The response is complete, because it fits into one packet.
        response = connection.recv(1 << 16)
    except OSError as error:
        return type(error).__name__
    if is_problem_response(response, 503, "too-many-connections", b"\r\nRetry-After: "):
        return "503"
    return "200" if status(response) == 200 else f"{response[:80]!r}"


def allow_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
