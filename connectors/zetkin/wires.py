"""Connections to one server, kept open: an httpx transport over the standard library's HTTP/1.1.

httpx's own pool costs four times the processor time for each request (docs/benchmarks.md, Sync), and what it
buys for it – HTTP/2, proxies, cookies, redirects – is not used here. Requests, responses and errors are
httpx's, so any other httpx transport can stand in its place (tests do that).
"""

from __future__ import annotations

import http.client
import select
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

CHUNK = 256 * 1024
KEPT = 5.0  # seconds


class Wires(httpx.BaseTransport):
    """A pool of connections to `base`; as many are open as requests were under way at once.

    `timeout` is seconds for connecting and for each read. A connection that lay idle for `KEPT` seconds, or that
    the server has closed, is not used again: a write must not fail for that.
    """

    def __init__(
        self,
        base: httpx.URL,
        *,
        timeout: float,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self._port = base.host, base.port
        self._context = context if base.scheme == "https" else None
        self._timeout = timeout
        self._clock = clock
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.content
        connection = self._kept() or self._connect(request)
        try:
            self._send(connection, request, body)
            answer = self._answer(connection, request)
        except BaseException:
            connection.close()
            raise
        return httpx.Response(
            answer.status,
            headers=answer.getheaders(),
            stream=_Body(self, connection, answer, request),
            request=request,
        )

    def _kept(self) -> http.client.HTTPConnection | None:
        """A connection that is open still: young, and with nothing to read (a closed one has its end to read)."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection, since = self._idle.pop()
            if self._clock() - since < KEPT and not _readable(connection):
                return connection
            connection.close()

    def _connect(self, request: httpx.Request) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if self._context is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=self._context
            )
        try:
            connection.connect()
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error), request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return connection

    def _send(self, connection: http.client.HTTPConnection, request: httpx.Request, body: bytes) -> None:
        try:
            target = request.url.raw_path.decode("ascii")
            connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.raw:
                connection.putheader(name, value)
            connection.endheaders(body or None)
        except TimeoutError as error:
            raise httpx.WriteTimeout(str(error), request=request) from error
        except OSError as error:
            raise httpx.WriteError(str(error), request=request) from error

    def _answer(
        self, connection: http.client.HTTPConnection, request: httpx.Request
    ) -> http.client.HTTPResponse:
        try:
            return connection.getresponse()
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except (http.client.HTTPException, OSError) as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from error

    def keep(self, connection: http.client.HTTPConnection) -> None:
        """Take a connection back for the next request."""
        with self._lock:
            self._idle.append((connection, self._clock()))

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _since in idle:
            connection.close()


def _readable(connection: http.client.HTTPConnection) -> bool:
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


class _Body(httpx.SyncByteStream):
    """The answer's body as it comes; read to its end, the connection is free again."""

    def __init__(
        self,
        wires: Wires,
        connection: http.client.HTTPConnection,
        answer: http.client.HTTPResponse,
        request: httpx.Request,
    ) -> None:
        self._wires = wires
        self._connection: http.client.HTTPConnection | None = connection
        self._answer = answer
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        answer: Any = self._answer
        try:
            while chunk := answer.read1(CHUNK):
                yield chunk
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error), request=self._request) from error
        except (http.client.HTTPException, OSError) as error:
            raise httpx.ReadError(str(error), request=self._request) from error
        if answer.length:
            raise httpx.RemoteProtocolError("the answer is shorter than it said", request=self._request)
        answer.close()
        if not answer.will_close and self._connection is not None:
            self._wires.keep(self._connection)
            self._connection = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
