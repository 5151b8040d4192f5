"""Sending an answer over ASGI, whole or damaged as a fault wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping

from starlette.types import Message, Receive, Scope, Send

from zetkin_sync.demo.simulator.faults import Fault, Kind
from zetkin_sync.demo.simulator.replies import Reply, encode, plain

Connections = MutableMapping[tuple[str, int], asyncio.Transport]
"""Open connections by the client's address, so that one can be broken off."""

_JSON = (b"content-type", b"application/json")
_PIECES = 10
_PAGE = b"<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"


class Line:
    """The way back to one client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, connections: Connections) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._connections = connections

    async def body(self) -> bytes:
        """The whole request body."""
        message = await self._receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body"):
            message = await self._receive()
            body += message.get("body", b"")
        return body

    async def send(self, reply: Reply) -> None:
        """A whole answer."""
        await self._start(reply, len(reply.body))
        await self._send({"type": "http.response.body", "body": reply.body})

    async def _start(self, reply: Reply, length: int) -> None:
        headers = [*reply.headers, (b"content-length", str(length).encode())]
        if reply.body and not any(name == b"content-type" for name, _ in reply.headers):
            headers.append(_JSON)
        start: Message = {"type": "http.response.start", "status": reply.status, "headers": headers}
        await self._send(start)

    async def break_off(self, *, flushed: bool = False) -> None:
        """Break the connection without another byte; `flushed` lets what was sent arrive first."""
        transport = self._connections.get(tuple(self._scope["client"]))
        if transport is not None:
            transport.close() if flushed else transport.abort()
        await asyncio.sleep(0)

    async def cut_headers(self) -> None:
        """A status line and half a header, then nothing more."""
        transport = self._connections.get(tuple(self._scope["client"]))
        if transport is not None:
            transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-le")
        await self.break_off(flushed=True)

    async def wait_for_goodbye(self) -> None:
        """Say nothing until the client gives up."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def cut(self, reply: Reply) -> None:
        """Half of the body, then nothing more."""
        await self._start(reply, max(2, len(reply.body)))
        half = reply.body[: len(reply.body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        await self.break_off(flushed=True)

    async def dribble(self, reply: Reply, seconds: float) -> None:
        """The body in pieces with pauses, in real time."""
        await self._start(reply, len(reply.body))
        step = max(1, -(-len(reply.body) // _PIECES))
        for start in range(0, len(reply.body), step):
            await asyncio.sleep(seconds / _PIECES)
            piece = reply.body[start : start + step]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    async def flood(self, reply: Reply, size: int) -> None:
        """White space without end, then the answer."""
        await self._start(reply, size + len(reply.body))
        blank, left = b" " * 1_000_000, size
        while left > 0:
            piece = blank[:left]
            left -= len(piece)
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": reply.body})


async def send_faulty(line: Line, fault: Fault, answer: Callable[[], Reply]) -> None:
    """Answer as the fault wants; `answer` lets the request take effect and gives the true answer."""
    match fault.kind:
        case Kind.STATUS:
            if fault.after_commit:
                answer()
            await line.send(_status(fault))
        case Kind.REDIRECT:
            await line.send(Reply(307, headers=((b"location", fault.location.encode()),)))
        case Kind.DISCONNECT:
            if fault.after_commit:
                answer()
            await line.break_off()
        case Kind.HEADERS:
            if fault.after_commit:
                answer()
            await line.cut_headers()
        case Kind.STALL:
            ready = answer() if fault.after_commit else None
            await asyncio.sleep(fault.seconds)
            await line.send(ready or answer())
        case Kind.SLOW:
            await line.dribble(answer(), fault.seconds)
        case Kind.CUT:
            await line.cut(answer())
        case Kind.HUGE:
            await line.flood(answer(), fault.bytes)
        case _:
            await line.send(_spoiled(fault.kind, answer()))


def _status(fault: Fault) -> Reply:
    """An error of the server or of what stands before it; 502 and 504 are a gateway's page."""
    status = fault.status or 500
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if fault.retry_after is not None:
        headers = ((b"retry-after", fault.retry_after.encode()),)
    if status in (502, 504):
        return Reply(status, _PAGE, (*headers, (b"content-type", b"text/html")))
    return Reply(status, encode({"error": {"title": f"{status}", "description": ""}}), headers)


def _spoiled(kind: Kind, reply: Reply) -> Reply:
    """A whole answer whose content is wrong."""
    match kind:
        case Kind.HTML:
            return Reply(200, _PAGE, ((b"content-type", b"text/html; charset=utf-8"),))
        case Kind.ERROR_200:
            return plain({"error": {"title": "500 Internal Server Error", "description": ""}})
        case Kind.TRUNCATED:
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        case Kind.BAD_UTF8:
            middle = len(reply.body) // 2
            return Reply(
                reply.status, reply.body[:middle] + b"\xff\xfe\xc3" + reply.body[middle:], reply.headers
            )
        case _:
            return reply
