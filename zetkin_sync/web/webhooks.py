"""`/webhooks/PROVIDER`: where mail providers tell what became of our mails; checked, stored, and only then answered.

No login: a call proves itself by its signature or secret over the raw body. Where one installation serves several
districts, the district's id stands before the provider: `/webhooks/ID/PROVIDER`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import PlainTextResponse

from zetkin_sync.configuration import Configuration
from zetkin_sync.errors import Trouble
from zetkin_sync.intake import receive, rules_of
from zetkin_sync.log import logger
from zetkin_sync.ports import Webhook
from zetkin_sync.runner import Installation, connection

ROLE = "webhook_"
MAX_BYTES = 1_000_000


async def raw_body(request: Request) -> bytes:
    """The body as it came; 413 as soon as it is too long, whatever its header promised."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > MAX_BYTES:
            raise HTTPException(413)
    return bytes(raw)


def webhook_routes(installation: Callable[[], Installation]) -> APIRouter:
    """The routes; `installation` gives the present configuration."""
    router = APIRouter(tags=["webhooks"])
    door = _Door(installation)

    @router.post("/webhooks/{provider}")
    def called(
        provider: str, request: Request, raw: Annotated[bytes, Depends(raw_body)]
    ) -> PlainTextResponse:
        """A call for the only district that has this provider."""
        return door.take(provider, None, request, raw)

    @router.post("/webhooks/{district}/{provider}")
    def called_for(
        district: int, provider: str, request: Request, raw: Annotated[bytes, Depends(raw_body)]
    ) -> PlainTextResponse:
        """A call for one district of several."""
        return door.take(provider, district, request, raw)

    return router


class _Door:
    """Keeps the connectors open, because one of them remembers a certificate."""

    def __init__(self, installation: Callable[[], Installation]) -> None:
        self._installation = installation
        self._open: dict[tuple[int, str], tuple[Configuration, Webhook]] = {}

    def take(self, provider: str, district: int | None, request: Request, raw: bytes) -> PlainTextResponse:
        installation = self._installation()
        role = f"{ROLE}{provider}"
        configured = [
            c
            for c in installation.configurations
            if role in c.district.connectors and district in (None, c.root)
        ]
        if len(configured) != 1:
            raise HTTPException(404)
        try:
            hook = self._hook(installation, configured[0], role)
        except Trouble:
            logger().exception("webhook.not_ready", endpoint=role)
            raise HTTPException(503) from None
        status, counts = receive(
            hook,
            raw,
            dict(request.headers),
            store=installation.store,
            rules=rules_of(configured[0], installation.settings),
            now=installation.store.now(),
        )
        logger().info("webhook.called", endpoint=role, status=status, counts=dict(counts))
        return PlainTextResponse("", status_code=status)

    def _hook(self, installation: Installation, configuration: Configuration, role: str) -> Webhook:
        at = (configuration.root, role)
        known = self._open.get(at)
        if known is None or known[0] is not configuration:
            opened: Webhook = connection(installation, configuration.root, role)
            known = self._open[at] = (configuration, opened)
        return known[1]
