"""`/health` and `/metrics`: does the service live, is it ready, how old are the figures, what is wrong.

Both hold counts, times and names of jobs, never of people, and need no login. `/metrics` asks for a token when
ZETKIN_SYNC_METRICS_TOKEN is set. Give them to a router with `health_routes(installation)`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from zetkin_sync.errors import Trouble
from zetkin_sync.language import Language
from zetkin_sync.runner import Installation
from zetkin_sync.vitals import Vitals, read_vitals
from zetkin_sync.vitals.alarms import alarms
from zetkin_sync.vitals.metrics import CONTENT_TYPE, exposition


def health_routes(installation: Callable[[], Installation]) -> APIRouter:
    """The routes; `installation` gives the present configuration."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live")
    def live() -> JSONResponse:
        """Does the page's process answer? Says nothing about the database."""
        return JSONResponse({"live": True})

    @router.get("/health")
    def health() -> JSONResponse:
        """Is the database in order, how old are the figures, what was done last, what is wrong? 503 unless ready."""
        try:
            content = health_content(_vitals(installation()))
        except Trouble as trouble:
            return JSONResponse({"live": True, "ready": False, "why": str(trouble.what)}, status_code=503)
        return JSONResponse(content, status_code=200 if content["ready"] else 503)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        """Everything as Prometheus reads it."""
        token = installation().settings.metrics_token
        if token is not None:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, b"Bearer " + token.get_secret_value().encode()):
                return PlainTextResponse("", status_code=401, headers={"WWW-Authenticate": "Bearer"})
        try:
            return Response(exposition(_vitals(installation())), media_type=CONTENT_TYPE)
        except Trouble:
            return PlainTextResponse("", status_code=503)

    return router


def _vitals(installation: Installation) -> Vitals:
    return read_vitals(installation.store, installation.configurations, settings=installation.settings)


def health_content(vitals: Vitals) -> dict[str, Any]:
    """What /health says, JSON."""
    language = Language("en")
    return {
        "live": True,
        "ready": vitals.ready,
        "now": vitals.now.isoformat(),
        "districts": {
            str(district): {
                "read": reading.read.isoformat() if reading.read else None,
                "data_age_seconds": round((vitals.now - reading.read).total_seconds())
                if reading.read
                else None,
            }
            for district, reading in vitals.readings.items()
        },
        "last": {
            f"{district}:{job}": {"slot": slot, "finished": at.isoformat()}
            for (district, job), (slot, at) in sorted(vitals.done.items())
        },
        "alarms": [
            {
                "name": alarm.name,
                "district": alarm.district,
                "since": alarm.since.isoformat(),
                "what": language.say(alarm.what),
            }
            for alarm in alarms(vitals)
        ],
    }
