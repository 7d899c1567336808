# SPDX-License-Identifier: Apache-2.0
"""Clients that disconnect, by FIN and by RST, at every byte and during the work on their requests."""

import socket
import struct
import time
import zlib

from target import Bystander, Report, Server, make_body, post, read_response, wait_until

RESET = struct.pack("ii", 1, 0)


def vanish(report: Report) -> None:
    """Clients that disconnect at every byte of a request and response, and along long ones."""
    text = b'{"predictions":[1,2,3.25],"targets":[0,0,1e-3],"outputs":["loss","gradient"]}'
    short = post(text)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in split(text, 16))
    chunks += b"0\r\n\r\n"
    chunked = post(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + chunks
    long = post(make_body(20_000))
    longer = post(make_body(100_000))
    with Server() as server, Bystander(server.port) as bystander:
        count = 0
        for reset in (False, True):
            for request in (short, chunked):
                for place in range(len(request) + 1):
                    disconnect_after(server, request[:place], 0, reset)
                for place in range(0, 420):
                    disconnect_after(server, request, place, reset)
                count += len(request) + 421
            for place in range(0, len(long), len(long) // 100):
                disconnect_after(server, long[:place], 0, reset)
                count += 1
            for place in range(0, 2_200_000, 22_000):
                disconnect_after(server, longer, place, reset)
                count += 1
        report.figure("connections closed by clients", count)
        at_rest = wait_until(lambda: server.metric("http_server_open_connections") <= 3)
        report.claim("no connection is leaked", at_rest)
        wait_until(lambda: server.descriptors() <= server.idle_descriptors + 3)
        leaked = server.descriptors() - server.idle_descriptors
        # The bystander has one or two connections open.
        report.figure("descriptors above idle", f"{leaked}, including the bystander's")
        report.claim("no descriptor is leaked", leaked <= 3)
        report.figure("peak memory", f"{server.memory('VmHWM'):.1f} MiB")
    bystander.report(report)


def disconnect_after(server: Server, sent: bytes, response_bytes: int, reset: bool) -> None:
    """Sends a request, reads some bytes of the response, and disconnects."""
    connection = server.connect()
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.sendall(sent)
    while response_bytes > 0 and (part := connection.recv(min(response_bytes, 1 << 16))):
        response_bytes -= len(part)
        # The response may be shorter than the requested number of bytes.
        if part.endswith(b"}") or part.endswith(b"0\r\n\r\n"):
            break
    connection.close()


def split(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def abandon(report: Report) -> None:
    """Clients that send dear requests, of 100,000 penalties each, and leave once workers have begun."""
    count = 20
    request = dear_request(100_000)
    report.figure("size of each request", f"{len(request) / 1024:.0f} KiB")
    with Server() as server, Bystander(server.port) as bystander:
        # The bystander's requests cost little.
        before = server.processor_seconds()
        with server.connect() as connection:
            connection.sendall(request)
            status, _, _ = read_response(connection, bytearray())
        report.claim("a client that waits gets its response", status == 200)
        each = server.processor_seconds() - before
        report.measure("processor time of a whole request", f"{each:.2f} s")
        with server.connect() as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            left = bytearray()
            statuses = [read_response(connection, left)[0]]
            if statuses == [100]:
                statuses.append(read_response(connection, left)[0])
        report.figure("responses to a half-closed client", ", ".join(map(str, statuses)))
        report.claim("a half-closed client gets its response", statuses[-1] == 200)
        for name, reset in (("FIN", False), ("RST", True)):
            before = server.processor_seconds()
            start = time.monotonic()
            connections = [server.connect() for _ in range(count)]
            for connection in connections:
                if reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                connection.sendall(request)
            wait_until(lambda: server.metric(JOBS[0]) > 0)
            for connection in connections:
                connection.close()
            ended = wait_until(lambda: server.metric(JOBS[0]) + server.metric(JOBS[1]) == 0)
            report.claim(f"the work ends after {name}", ended)
            spent = server.processor_seconds() - before
            report.measure(f"{count} that leave by {name}",
                           f"{spent:.2f} s of processor time, idle after "
                           f"{time.monotonic() - start:.2f} s")
            report.claim(f"most of the work after {name} is saved", spent < count * each / 4)
        abandoned = server.metric('http_server_connections_closed_total{reason="abandoned"}')
        report.figure("counted as abandoned", f"{abandoned:.0f} of {2 * count}")
        report.claim("they are counted as abandoned", abandoned > count)
        at_rest = wait_until(lambda: server.metric("http_server_open_connections") <= 3)
        report.claim("no connection is leaked", at_rest)
    bystander.report(report)


JOBS = ("loss_server_busy_workers", "loss_server_waiting_jobs")


def dear_request(terms: int) -> bytes:
    """A request that takes a worker long for its size."""
    term = b'{"penalty":"l1","strength":1,"parameters":1}'
    coder = zlib.compressobj(wbits=31)
    body = b'{"predictions":1,"targets":2,"regularization":[' + b",".join([term] * terms) + b"]}"
    body = coder.compress(body) + coder.flush()
    return post(body, fields="Content-Encoding: gzip\r\n")
