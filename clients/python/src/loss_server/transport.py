# SPDX-License-Identifier: Apache-2.0
"""Requests over connections that are kept, repeated by the retry contract; safe to use from several threads."""

from __future__ import annotations

import base64
import http.client
import os
import ssl
import threading
import urllib.request
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

import numpy as np

from . import safetensors
from ._version import __version__
from .errors import LossServerError
from .retries import REPEATED, Retries

Pieces = Sequence[bytes | memoryview]

#: The errors of TLS that mean a lost connection; the others are the same on each try.
_LOST = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
#: The memory for a body of unknown length, which doubles as often as necessary.
_FIRST_BYTES = 1 << 16
#: The length up to which a body is sent in one piece.
_SHORT_BYTES = 1 << 16


@dataclass(frozen=True)
class Response:
    """A response with status 200."""

    media_type: str
    body: memoryview


class Transport:
    """The connections to one server. A copy, in another process too, makes its own."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 60.0,
        retries: Retries | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment:
            raise ValueError(f"url is {url!r}, but must be like http://localhost:8080 or https://example.org/losses")
        if address.username is not None:
            raise ValueError("url has a user name, but the service knows tokens only: LossClient(url, token=...)")
        if token is not None and not (token.isascii() and token.isprintable() and token and " " not in token):
            raise ValueError("token must consist of visible ASCII characters")
        self.url = url
        self._token = token
        self._timeout = timeout
        self._retries = retries or Retries()
        self._proxy = proxy
        self._ssl_context = ssl_context
        self._route = _Route.find(address, proxy)
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        weakref.finalize(self, _close, self._idle)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._ssl_context is not None:
            raise TypeError("a client with an ssl_context cannot be sent to other processes: make one in each")
        return _copy, (self.url, self._token, self._timeout, self._retries, self._proxy)

    def send(
        self, method: str, path: str, pieces: Pieces = (), *, media_type: str | None = None, accept: str = "*/*"
    ) -> Response:
        """Sends a request, repeats it by the contract, and returns the response.

        Raises `LossServerError` with the problem of the last try.
        """
        fields = {"Accept": accept, "User-Agent": f"loss-server-python/{__version__}", **self._route.fields}
        if media_type is not None:
            fields["Content-Type"] = media_type
            fields["Content-Length"] = str(sum(memoryview(piece).nbytes for piece in pieces))
        if self._token is not None:
            fields["Authorization"] = f"Bearer {self._token}"
        tried = 0
        while True:
            tried += 1
            retry_after = None
            try:
                status, head, body = self._exchange(method, self._route.prefix + path, pieces, fields)
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, ssl.SSLError) and not isinstance(error, _LOST):
                    raise self._insecure(error) from error
                problem = self._unreachable(error)
            else:
                if status == 200:
                    return Response((head.get("Content-Type") or "").partition(";")[0], body)
                problem = LossServerError.from_response(status, bytes(body), head.get("X-Request-Id"))
                if status not in REPEATED:
                    raise problem
                retry_after = head.get("Retry-After")
            wait = self._retries.wait(tried, retry_after)
            if wait is None:
                hints = [problem.hint, f"Tried {tried} times." if tried > 1 else None]
                problem.hint = " ".join(hint for hint in hints if hint) or None
                raise problem
            self._retries.sleep(wait)

    def close(self) -> None:
        """Closes the idle connections."""
        with self._lock:
            _close(self._idle)

    def _exchange(
        self, method: str, target: str, pieces: Pieces, fields: Mapping[str, str]
    ) -> tuple[int, http.client.HTTPMessage, memoryview]:
        """Sends a request on an idle connection or a new one.

        A server may close an idle connection at any time, so that a failure of one says nothing about the server.
        """
        while (connection := self._take()) is not None:
            try:
                return self._converse(connection, method, target, pieces, fields)
            except TimeoutError:
                raise
            except (OSError, http.client.HTTPException):
                continue  # with the next one
        return self._converse(self._route.connect(self._timeout, self._ssl_context), method, target, pieces, fields)

    def _take(self) -> http.client.HTTPConnection | None:
        if self._process != os.getpid():  # after a fork, the connections and the lock are those of the parent
            self._lock, self._process = threading.Lock(), os.getpid()
            self.close()
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _converse(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        pieces: Pieces,
        fields: Mapping[str, str],
    ) -> tuple[int, http.client.HTTPMessage, memoryview]:
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in fields.items():
                connection.putheader(name, value)
            try:
                connection.endheaders()
                for piece in _gathered(pieces):
                    connection.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                # A server that refuses a body may close before it has read all of it; its response says why.
                pass
            response = connection.getresponse()
            body = _read(response)
            if not response.will_close:
                with self._lock:
                    self._idle.append(connection)
            return response.status, response.headers, body
        except BaseException:
            connection.close()
            raise

    def _unreachable(self, error: Exception) -> LossServerError:
        if isinstance(error, TimeoutError):
            return LossServerError(f"{self.url} did not respond within {self._timeout:g} seconds")
        reason = str(error) or type(error).__name__
        is_refused = isinstance(error, ConnectionRefusedError)
        return LossServerError(
            f"no response from {self.url}: {reason}",
            hint="Does the server run? `loss_server.serve()` starts one." if is_refused else None,
        )

    def _insecure(self, error: ssl.SSLError) -> LossServerError:
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = "ssl_context chooses the authorities to trust."
        else:
            hint = "The server itself speaks plain HTTP: use http://, or the address of a proxy that terminates TLS."
        return LossServerError(f"no secure connection to {self.url}: {error}", hint=hint)


def _close(connections: list[http.client.HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


def _copy(url: str, token: str | None, timeout: float, retries: Retries, proxy: str | None) -> Transport:
    return Transport(url, token=token, timeout=timeout, retries=retries, proxy=proxy)


def _gathered(pieces: Pieces) -> Pieces:
    """Joins pieces that are short, as sending each costs more than a copy."""
    if len(pieces) > 1 and sum(len(piece) for piece in pieces) <= _SHORT_BYTES:
        return [b"".join(pieces)]
    return pieces


def _read(response: http.client.HTTPResponse) -> memoryview:
    """Returns the body of a response, in memory that may be written, so that arrays in it may be.

    Numbers are received in place: `HTTPResponse.read` would join the chunks of a body once more.
    """
    is_known = response.length is not None
    is_tensors = response.headers.get_content_type() == safetensors.MEDIA_TYPE
    buffer = np.empty(_FIRST_BYTES if response.length is None else response.length, np.uint8)
    read = 0
    while not is_known or read < buffer.size:
        if read == buffer.size:
            size = safetensors.length(buffer.data[:read]) if is_tensors and read == _FIRST_BYTES else None
            # One byte more shows the end.
            buffer.resize(max(2 * read, (size or 0) + 1), refcheck=False)
        view = buffer.data[read:]
        count = response.readinto(view)
        view.release()
        if count == 0:
            break
        read += count
    if is_known and read < buffer.size:
        raise http.client.IncompleteRead(b"", buffer.size - read)
    return buffer.data[:read]


@dataclass(frozen=True)
class _Route:
    """The way to the server: directly or through a proxy."""

    secure: bool
    host: str
    port: int | None
    #: The host and port of the server, if a proxy is to open a tunnel to it.
    tunnel: tuple[str, int | None] | None
    #: What comes before the path in the target of a request.
    prefix: str
    #: Fields for the proxy, of each request, or of the one that opens the tunnel.
    fields: Mapping[str, str]
    tunnel_fields: Mapping[str, str]

    @staticmethod
    def find(address: SplitResult, proxy: str | None) -> _Route:
        host, path = address.hostname or "", quote(address.path.rstrip("/"), safe="/%")
        if proxy is None and not urllib.request.proxy_bypass(host):
            proxy = urllib.request.getproxies().get(address.scheme)
        secure = address.scheme == "https"
        if not proxy:
            return _Route(secure, host, address.port, None, path, {}, {})
        via = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if via.scheme != "http" or not via.hostname:
            raise ValueError("proxy must be like http://proxy.example.org:3128")
        fields = {}
        if via.username is not None:
            user = f"{unquote(via.username)}:{unquote(via.password or '')}"
            fields["Proxy-Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
        if secure:
            return _Route(True, via.hostname, via.port or 80, (host, address.port), path, {}, fields)
        return _Route(False, via.hostname, via.port or 80, None, f"http://{address.netloc}{path}", fields, {})

    def connect(self, timeout: float, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
        if not self.secure:
            return http.client.HTTPConnection(self.host, self.port, timeout=timeout, blocksize=1 << 20)
        connection = http.client.HTTPSConnection(
            self.host, self.port, timeout=timeout, context=context or ssl.create_default_context()
        )
        if self.tunnel is not None:
            connection.set_tunnel(*self.tunnel, headers=dict(self.tunnel_fields))
        return connection
