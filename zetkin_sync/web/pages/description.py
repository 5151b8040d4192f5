"""The lists described for programs: OpenAPI, behind the same login as the lists."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from zetkin_sync.web.view import Viewed

router = APIRouter()


@router.get("/openapi.json")
def openapi(view: Viewed) -> JSONResponse:
    """What /api/v1 holds."""
    return JSONResponse(view.request.app.openapi())
