"""Where mail providers call: no cookie and no form; the call proves itself over its raw bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from zetkin_sync.errors import ConfigError
from zetkin_sync.intake import receive, rules_of
from zetkin_sync.log import logger
from zetkin_sync.runner import connection
from zetkin_sync.web.view import View, Viewed

router = APIRouter()


@router.post("/webhooks/{provider}")
async def receive_call(
    view: Viewed, provider: str, request: Request, district: Annotated[int | None, Query()] = None
) -> Response:
    """One call of a provider: answered 200 only when what it says is stored."""
    raw = await request.body()
    return await run_in_threadpool(_take, view, provider, raw, dict(request.headers), district)


def _take(view: View, provider: str, raw: bytes, headers: dict[str, str], district: int | None) -> Response:
    role = f"webhook_{provider}"
    listening = [
        c
        for c in view.installation.configurations
        if role in c.district.connectors and district in (None, c.root)
    ]
    if not listening:
        return Response(status_code=404)
    configuration = listening[0]
    try:
        hook = connection(view.installation, configuration.root, role)
    except ConfigError:
        logger().error("webhook.unconfigured", district=configuration.root, kind=role)
        return Response(status_code=503)
    status, counts = receive(
        hook,
        raw,
        headers,
        store=view.store,
        rules=rules_of(configuration, view.installation.settings),
        now=view.now,
    )
    logger().info("webhook.call", district=configuration.root, kind=role, status=status, counts=dict(counts))
    return Response(status_code=status)
