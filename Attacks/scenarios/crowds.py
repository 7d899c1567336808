# SPDX-License-Identifier: Apache-2.0
"""Many connections, and few descriptors."""

import resource
import socket
import time
from collections import Counter

from bare import SMALL_REQUEST, is_told
from target import Bystander, Report, Site, read_response, read_to_end, status, wait_until

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"


def idle(report: Report) -> None:
    """10,000 connections that are idle after one request."""
    count = 10_000
    allow_descriptors(count + 100)
    with Site("--connections", "20000") as site:
        before = site.memory()
        with Bystander(site.port) as bystander:
            crowd, right = [], 0
            for _ in range(count):
                connection = site.connect()
                connection.sendall(LIVEZ)
                right += read_response(connection, bytearray())[0] == 200
                crowd.append(connection)
            busy = site.processor_seconds()
            time.sleep(3)
            busy = site.processor_seconds() - busy
            opened = site.metric("http_server_open_connections")
            memory = site.memory() - before
            again = 0
            for connection in crowd:
                connection.sendall(LIVEZ)
                again += read_response(connection, bytearray())[0] == 200
            for connection in crowd:
                connection.close()
        report.figure("connections", f"{count}, answered {right}, and again {again}")
        report.measure("memory", f"{memory:.1f} MiB, {1024 * memory / count:.1f} KiB each")
        report.measure("processor while they rest", f"{100 * busy / 3:.1f}%")
        report.claim("all are open", opened >= count)
        report.claim("all are answered twice", right == again == count)
        report.bound("a connection keeps less than 8 KiB", 1024 * memory / count < 8)
        report.claim("no connection is left", site.is_at_rest())
        bystander.report(report)


def connection_limit(report: Report) -> None:
    """More connections than the limit of 4,096."""
    allow_descriptors(5_000)
    with Site() as site:
        crowd, served = [], 0
        for _ in range(4_096):
            crowd.append(site.connect())
            crowd[-1].sendall(LIVEZ)
            served += read_response(crowd[-1], bytearray())[0] == 200
        beyond = [site.connect() for _ in range(20)]
        told = 0
        for connection in beyond:
            response = read_to_end(connection)
            told += status(response) == 503 and b"Retry-After: 1" in response
        for connection in crowd + beyond:
            connection.close()
        report.figure("connections beyond the limit", f"{len(beyond)}, told 503: {told}")
        report.claim("the limit is reached", served == len(crowd))
        report.claim("each gets 503 with Retry-After", told == len(beyond))
        recovered = wait_until(lambda: site.get("/livez")[0] == 200)
        report.claim("the server has recovered", recovered and site.is_at_rest())


def descriptors(report: Report) -> None:
    """A server with 64 descriptors; 200 silent clients, 200 that probe, and 200 that send requests."""
    most, count, seconds = 64, 200, 3
    with Site(descriptors=most) as site:
        silent = [site.connect() for _ in range(count)]
        used, spent = [], site.processor_seconds()
        for _ in range(10 * seconds):
            time.sleep(0.1)
            used.append(site.descriptors())
        spent = site.processor_seconds() - spent
        report.measure("processor while they are silent", f"{100 * spent / seconds:.1f}%")
        report.bound("nothing spins", spent < 0.1 * seconds)
        probes = responses(site, LIVEZ, count)
        report.figure("probes", f"{probes['200']} of {count} answered")
        report.claim(f"each probe is answered, not {dict(probes)}", probes["200"] == count)
        for connection in silent:
            connection.close()
        first = responses(site, SMALL_REQUEST, count)
        outcomes, rounds = first, 1
        answered = first["200"]
        # The connections of a round are closed before the next one.
        while answered < count and outcomes["200"] and rounds < count:
            outcomes = responses(site, SMALL_REQUEST, count - answered)
            answered, rounds = answered + outcomes["200"], rounds + 1
        used.append(site.descriptors())
        report.figure("requests", f"{first['200']} of {count} answered, {first['503']} told 503; "
                      f"{answered} after {rounds} rounds")
        report.figure("descriptors in use, at most", f"{max(used)} of {most}")
        report.claim(f"each has 200, or 503 with Retry-After, not {dict(first)}",
                     first["200"] + first["503"] == count)
        report.claim("all are answered when they ask again", answered == count)
        report.claim(f"there are up to {most} descriptors", max(used) <= most)
        report.claim("no connection is left", site.is_at_rest())


def responses(site: Site, request: bytes, count: int) -> Counter[str]:
    """Sends a request on each of `count` connections, which stay open until the last has its response."""
    crowd = []
    for _ in range(count):
        crowd.append(site.connect())
        crowd[-1].sendall(request)
    outcomes = Counter(outcome(connection) for connection in crowd)
    for connection in crowd:
        connection.close()
    return outcomes


def outcome(connection: socket.socket) -> str:
    try:
        # The response is complete, because it fits into one packet.
        response = connection.recv(1 << 16)
    except OSError as error:
        return type(error).__name__
    if is_told(response, 503, "too-many-connections", b"\r\nRetry-After: "):
        return "503"
    return "200" if status(response) == 200 else f"{response[:80]!r}"


def allow_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
