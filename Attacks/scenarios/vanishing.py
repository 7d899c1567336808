# SPDX-License-Identifier: Apache-2.0
"""Clients that disconnect, by FIN and by RST, at every byte."""

import socket
import struct

from target import Bystander, Report, Server, post, make_body, wait_until

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
