# SPDX-License-Identifier: Apache-2.0
"""Clients that vanish, by FIN and by RST, at every byte."""

import socket
import struct

from target import Bystander, Report, Site, post, make_body, wait_until

RESET = struct.pack("ii", 1, 0)


def vanish(report: Report) -> None:
    """Clients that vanish at every byte of a request and of its response, and along a long one."""
    text = b'{"predictions":[1,2,3.25],"targets":[0,0,1e-3],"outputs":["loss","gradient"]}'
    short = post(text)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in split(text, 16))
    chunks += b"0\r\n\r\n"
    chunked = post(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + chunks
    long = post(make_body(20_000))
    longer = post(make_body(100_000))
    with Site() as site, Bystander(site.port) as bystander:
        count = 0
        for reset in (False, True):
            for request in (short, chunked):
                for place in range(len(request) + 1):
                    leave(site, request[:place], 0, reset)
                for place in range(0, 420):
                    leave(site, request, place, reset)
                count += len(request) + 421
            for place in range(0, len(long), len(long) // 100):
                leave(site, long[:place], 0, reset)
                count += 1
            for place in range(0, 2_200_000, 22_000):
                leave(site, longer, place, reset)
                count += 1
        report.figure("connections that vanished", count)
        at_rest = wait_until(lambda: site.metric("http_server_open_connections") <= 3)
        report.claim("no connection is left", at_rest)
        wait_until(lambda: site.descriptors() <= site.idle_descriptors + 3)
        leaked = site.descriptors() - site.idle_descriptors
        # The bystander has one or two connections open.
        report.figure("descriptors over idle", f"{leaked}, bystander included")
        report.claim("no descriptor is leaked", leaked <= 3)
        report.figure("memory, at most", f"{site.memory('VmHWM'):.1f} MiB")
    bystander.report(report)


def leave(site: Site, sent: bytes, taken: int, reset: bool) -> None:
    """Sends a request, reads some bytes of the response, and vanishes."""
    connection = site.connect()
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.sendall(sent)
    while taken > 0 and (part := connection.recv(min(taken, 1 << 16))):
        taken -= len(part)
        # A response shorter than the requested count of bytes is complete.
        if part.endswith(b"}") or part.endswith(b"0\r\n\r\n"):
            break
    connection.close()


def split(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]
