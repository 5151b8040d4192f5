"""The organizers' page: one FastAPI application over the store."""

from __future__ import annotations

from fastapi import FastAPI

from zetkin_sync import __version__
from zetkin_sync.runner import Installation
from zetkin_sync.web.health import health_routes


def create_app(installation: Installation) -> FastAPI:
    """The page of this installation."""
    app = FastAPI(title="zetkin_sync", version=__version__, docs_url=None, redoc_url=None)

    app.include_router(health_routes(lambda: installation))
    return app
