# SPDX-License-Identifier: Apache-2.0
"""More connections than anybody wants, and fewer descriptors."""

import resource
import selectors
import time

from target import PATIENCE, Bystander, Report, Site, read_answer, read_to_end, status, wait_until

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"


def idle(report: Report) -> None:
    """10,000 connections that have asked once and rest."""
    count = 10_000
    allow_descriptors(count + 100)
    with Site("--connections", "20000") as site:
        before = site.memory()
        with Bystander(site.port) as bystander:
            crowd, right = [], 0
            for _ in range(count):
                connection = site.connect()
                connection.sendall(LIVEZ)
                right += read_answer(connection, bytearray())[0] == 200
                crowd.append(connection)
            busy = site.processor_seconds()
            time.sleep(3)
            busy = site.processor_seconds() - busy
            opened = site.metric("http_server_open_connections")
            memory = site.memory() - before
            again = 0
            for connection in crowd:
                connection.sendall(LIVEZ)
                again += read_answer(connection, bytearray())[0] == 200
            for connection in crowd:
                connection.close()
        report.figure("connections", f"{count}, answered {right}, and again {again}")
        report.figure("memory", f"{memory:.1f} MiB, {1024 * memory / count:.1f} KiB each")
        report.figure("processor while they rest", f"{100 * busy / 3:.1f}%")
        report.claim("all are open", opened >= count)
        report.claim("all are answered twice", right == again == count)
        report.claim("a connection keeps less than 8 KiB", 1024 * memory / count < 8)
        report.claim("nothing is left of them", site.is_at_rest())
        bystander.report(report)


def connection_limit(report: Report) -> None:
    """More than the 4,096 connections that there may be."""
    allow_descriptors(5_000)
    with Site() as site:
        crowd = [site.connect() for _ in range(4_096)]
        full = wait_until(lambda: connected(site, crowd))
        answers = []
        for _ in range(20):
            with site.connect() as connection:
                answers.append(read_to_end(connection))
        for connection in crowd:
            connection.close()
        told = sum(status(a) == 503 and b"Retry-After: 1" in a for a in answers)
        report.figure("connections beyond the limit", f"{len(answers)}, told 503: {told}")
        report.claim("the limit is reached", full)
        report.claim("each is told 503 with Retry-After", told == len(answers))
        recovered = wait_until(lambda: site.get("/livez")[0] == 200)
        report.claim("the server has recovered", recovered and site.is_at_rest())


def connected(site: Site, crowd) -> bool:
    """Whether the last of a crowd is served: then all are."""
    crowd[-1].sendall(LIVEZ)
    return read_answer(crowd[-1], bytearray())[0] == 200


def descriptors(report: Report) -> None:
    """A server of 64 descriptors and 200 connections."""
    with Site(descriptors=64) as site:
        crowd = []
        for _ in range(200):
            connection = site.connect()
            connection.sendall(LIVEZ)
            crowd.append(connection)
        wait_until(lambda: site.descriptors() >= 64, 5)
        before = site.processor_seconds()
        time.sleep(3)
        spent = site.processor_seconds() - before
        report.figure("descriptors in use", f"{site.descriptors()} of 64")
        report.figure("processor while exhausted", f"{100 * spent / 3:.1f}%")
        report.claim("the descriptors are exhausted", site.descriptors() >= 63)
        report.claim("nothing spins", spent < 0.3)
        answered = 0
        # Those that wait are served as others go, whichever they are.
        selector = selectors.DefaultSelector()
        for connection in crowd:
            selector.register(connection, selectors.EVENT_READ)
        while ready := selector.get_map() and selector.select(PATIENCE):
            for key, _ in ready:
                answered += read_answer(key.fileobj, bytearray())[0] == 200
                selector.unregister(key.fileobj)
                key.fileobj.close()
        report.figure("answered in the end", f"{answered} of {len(crowd)}")
        report.claim("all are answered in the end", answered == len(crowd))
        report.claim("nothing is left of them", site.is_at_rest())


def allow_descriptors(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
