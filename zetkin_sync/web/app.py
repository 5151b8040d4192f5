"""The organizers' page: one FastAPI application over the store."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from zetkin_sync import __version__
from zetkin_sync.errors import Trouble
from zetkin_sync.runner import Installation
from zetkin_sync.store import ledger, schema


def create_app(installation: Installation) -> FastAPI:
    """The page of this installation."""
    app = FastAPI(title="zetkin_sync", version=__version__, docs_url=None, redoc_url=None)

    @app.get("/health")
    def health() -> JSONResponse:
        """Is the service up, is its database in order, when did what run last?"""
        try:
            ready = schema.is_current(installation.store)
            newest = {
                job: run.finished.isoformat()
                for run in reversed(ledger.runs(installation.store, limit=200))
                if (job := run.job) and run.finished
            }
        except Trouble as trouble:
            return JSONResponse({"live": True, "ready": False, "why": str(trouble.what)}, status_code=503)
        return JSONResponse({"live": True, "ready": ready, "last": newest}, status_code=200 if ready else 503)

    return app
