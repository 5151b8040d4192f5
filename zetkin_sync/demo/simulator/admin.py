"""What only the operator of the simulation may do: see and move the clock, see and change the true state.

Not part of Zetkin. The simulator listens on loopback only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from zetkin_sync.demo.simulator.clock import Clock
from zetkin_sync.demo.simulator.faults import Fault, Switchboard
from zetkin_sync.demo.simulator.mutations import Mutation, mutate
from zetkin_sync.demo.simulator.replies import encode
from zetkin_sync.demo.simulator.truth import TABLES, truth
from zetkin_sync.demo.world.policy import Policy
from zetkin_sync.demo.world.state import State


def router(state: State, clock: Callable[[], datetime], switchboard: Switchboard) -> APIRouter:
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

    @routes.get("/faults")
    async def read_faults() -> Response:
        """The rules in force, each with how often it matched and fired."""
        return _json({"hits": switchboard.hits, "faults": switchboard.report()})

    @routes.put("/faults")
    async def put_faults(request: Request) -> Response:
        """Put rules in force, in place of all others; an empty list ends all faults."""
        switchboard.set(await _read(request, tuple[Fault, ...]))
        return _json({"hits": 0, "faults": switchboard.report()})

    @routes.post("/mutate")
    async def change(request: Request) -> Response:
        """Let people join, leave, move, be edited or merged; gives who."""
        wanted = await _read(request, Mutation)
        if wanted.organization not in state.organizations:
            raise HTTPException(404, f"No organization {wanted.organization}.")
        return _json(mutate(state, wanted))

    @routes.put("/policy")
    async def put_policy(request: Request) -> Response:
        """Choose how the server behaves where nobody has documented the real one."""
        state.policy = await _read(request, Policy)
        return _json(state.policy)

    @routes.get("/deliveries")
    async def deliveries() -> Response:
        """Every copy of an email that reached somebody: `[email, person, when]`."""
        return _json(state.deliveries)

    @routes.get("/truth/{table}")
    async def read_truth(table: str) -> Response:
        """A whole table as the API would show it, by organization: `{organization: [row, …]}`."""
        if table not in TABLES:
            raise HTTPException(404, f"No table {table}; there are {', '.join(TABLES)}.")
        return _json(truth(state, table))

    return routes


T = TypeVar("T")


async def _read(request: Request, shape: type[T]) -> T:
    """The body as one of our values; 400 with the reason otherwise."""
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.MsgspecError as problem:
        raise HTTPException(400, str(problem)) from None


def _json(value: Any) -> Response:
    return Response(encode(value), media_type="application/json")
