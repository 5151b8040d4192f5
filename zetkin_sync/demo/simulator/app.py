"""The simulated Zetkin as one FastAPI application: API v1 and v2, the login page, the operator's endpoints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from zetkin_sync.demo.simulator import admin, login
from zetkin_sync.demo.simulator.endpoints import (
    answers,
    areas,
    assignments,
    attendance,
    bulk,
    cases,
    duplicates,
    emails,
    events,
    fields,
    folders,
    joining,
    journeys,
    mailing,
    notes,
    oauth,
    organizations,
    people,
    phoning,
    places,
    projects,
    queries,
    searching,
    sharing,
    surveys,
    tags,
    tasks,
    users,
    views,
    visits,
)
from zetkin_sync.demo.simulator.faults import Fault, Switchboard
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.surface import Surface
from zetkin_sync.demo.simulator.wire import Connections
from zetkin_sync.demo.world.state import State

_MODULES = (
    oauth,
    users,
    organizations,
    people,
    fields,
    tags,
    notes,
    duplicates,
    projects,
    places,
    events,
    attendance,
    queries,
    views,
    folders,
    sharing,
    surveys,
    answers,
    assignments,
    phoning,
    tasks,
    mailing,
    emails,
    journeys,
    cases,
    joining,
    bulk,
    searching,
)
V1 = Routes.joined(*(module.routes for module in _MODULES))
V2 = Routes.joined(
    oauth.oauth_v2,
    users.users_v2,
    places.places_v2,
    areas.areas_v2,
    visits.visits_v2,
    joining.joining_v2,
)


def create_app(state: State, *, clock: Callable[[], datetime], faults: tuple[Fault, ...] = ()) -> FastAPI:
    """The simulator over a state. `clock` gives the simulation's time, aware; `faults` go wrong from the start."""
    app = FastAPI(title="Zetkin simulator", openapi_url=None)
    switchboard = Switchboard(faults)
    connections: Connections = {}
    app.state.connections = connections
    for path, routes in (("/v1", V1), ("/v2", V2)):
        surface = Surface(routes, state, clock=clock, switchboard=switchboard, connections=connections)
        app.mount(path, surface)
    app.include_router(login.router(state, clock))
    app.include_router(admin.router(state, clock, switchboard))
    return app
