"""What holds for every request before anything looks at it: our own address, a body of bounded size, strict headers.

Pure ASGI, so that a stream stays a stream.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from zetkin_sync.log import logger
from zetkin_sync.web.origin import Origin

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""For a mail shown as it is sent: its styles stand in its elements, and nothing in it may run or be followed."""

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_TLS = (b"strict-transport-security", b"max-age=31536000")
_FRAMED = b"x-zetkin-sync-framed"  # set by a function of ours, taken out again here
_ANY_HOST = ("/health", "/metrics", "/webhooks/")


class TooLarge(HTTPException):
    """The body went over its limit while it was read. An HTTPException, which FastAPI lets through."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    """The outermost layer. `limit_of` says how many bytes the body at an address may have."""

    def __init__(self, app: App, *, origin: Origin, limit_of: Callable[[str], int], refuse: Any) -> None:
        self.app = app
        self.origin = origin
        self.limit_of = limit_of
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.monotonic()
        headers = dict(scope["headers"])
        status = 500

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._with(message["headers"], scope["path"])}
            await send(message)

        limit = self.limit_of(scope["path"])
        host = headers.get(b"host", b"").decode("latin-1")
        if not scope["path"].startswith(_ANY_HOST) and not self.origin.knows(host):
            await self.refuse(421)(scope, receive, answer)
        elif _length(headers) > limit:
            await self.refuse(413)(scope, receive, answer)
        else:
            await self._bounded(scope, receive, answer, limit)
        logger().debug(
            "page.request", method=scope["method"], status=status, seconds=round(time.monotonic() - began, 4)
        )

    async def _bounded(self, scope: Scope, receive: Receive, answer: Send, limit: int) -> None:
        read = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge
            return message

        await self.app(scope, counted, answer)

    def _with(self, headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
        framed = any(name == _FRAMED for name, _ in headers)
        kept = [(name, value) for name, value in headers if name != _FRAMED]
        names = {name.lower() for name, _ in kept}
        kept += _ALWAYS
        kept.append((b"content-security-policy", FRAME_POLICY.encode() if framed else POLICY.encode()))
        if b"cache-control" not in names:
            kept.append((b"cache-control", b"no-store"))
        if self.origin.is_secure:
            kept.append(_TLS)
        return kept


def framed() -> dict[str, str]:
    """Headers of an answer that our own page shows in a frame."""
    return {_FRAMED.decode(): "1"}


def _length(headers: dict[bytes, bytes]) -> int:
    given = headers.get(b"content-length", b"0")
    return int(given) if given.isdigit() else 0
