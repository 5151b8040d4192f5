"""The JSON lists by their own description: whatever is asked, the answer is what OpenAPI says, and never a 5xx."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.page_world import NORTH, ROOT, page_world

_living = page_world(Path(tempfile.mkdtemp(prefix="zs-api-")))
world = _living.__enter__()
world.plan()
world.run()
world.letter(unit=NORTH)
_browser = world.log_in({ROOT: "admin"})
_COOKIE = f"zetkin_sync={_browser.client.cookies['zetkin_sync']}"


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """The page, asked from the network of the login: elsewhere its cookie is refused."""
    await world.app({**scope, "client": ("192.0.2.7", 50000)}, receive, send)


schema = schemathesis.openapi.from_asgi(
    "/openapi.json",
    _app,
    headers={"cookie": _COOKIE, "host": "127.0.0.1:8000"},
)


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_asked_of_a_list_is_answered_as_described(case: schemathesis.Case) -> None:
    answer = case.call(headers={"cookie": _COOKIE, "host": "127.0.0.1:8000"})
    case.validate_response(
        answer, checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
    )
