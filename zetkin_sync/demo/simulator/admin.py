"""What only the operator of the simulation may do: see and move the clock, see and change the true state.

Not part of Zetkin. The simulator listens on loopback only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from zetkin_sync.demo.simulator.clock import Clock
from zetkin_sync.demo.simulator.replies import encode
from zetkin_sync.demo.simulator.truth import TABLES, truth
from zetkin_sync.demo.world.state import State


def router(state: State, clock: Callable[[], datetime]) -> APIRouter:
    """The operator's endpoints, under /admin."""
    routes = APIRouter(prefix="/admin")

    @routes.get("/clock")
    async def read_clock() -> dict[str, Any]:
        """What time it is, and when something is to happen next."""
        return {"now": clock(), "next": next(state.agenda(), None)}

    @routes.post("/clock/advance")
    async def advance(seconds: float) -> dict[str, Any]:
        """Move the clock forward and let everything due happen."""
        if not isinstance(clock, Clock):
            raise HTTPException(409, "This clock cannot be moved.")
        if seconds < 0:
            raise HTTPException(400, "The clock does not go back.")
        target = clock.advance(seconds)
        return {"now": target, "done": state.settle(target), "next": next(state.agenda(), None)}

    @routes.get("/truth/{table}")
    async def read_truth(table: str) -> Response:
        """A whole table as the API would show it, by organization: `{organization: [row, …]}`."""
        if table not in TABLES:
            raise HTTPException(404, f"No table {table}; there are {', '.join(TABLES)}.")
        return Response(encode(truth(state, table)), media_type="application/json")

    return routes
