"""Who else may use a list (API.md §4.5)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.views import own_view
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, not_found
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.lists import Access, View

routes = Routes()

_LEVELS = ("readonly", "edit", "configure")


def _access_row(call: Call, view: View, person: int) -> Row:
    share = view.access[person]
    return {
        "level": share.level,
        "person": quotes.person(call.state.people[person]),
        "updated": naive(share.updated),
        "updated_by": quotes.person(call.state.people[share.updated_by]),
    }


@routes.get("/orgs/{org}/people/views/{view}/access")
def access(call: Call) -> Reply:
    """Who else may use the list."""
    found = own_view(call)
    return data([_access_row(call, found, p) for p in found.access])


@routes.put("/orgs/{org}/people/views/{view}/access/{person}")
def put_access(call: Call) -> Reply:
    """Share the list with a person."""
    found, person = own_view(call), call.person.id
    level = bodies.take(call, {"level": bodies.one_of(*_LEVELS)}, required=("level",))["level"]
    found.access[person] = Access(level=level, updated=call.now, updated_by=call.person_of_user())
    return data(_access_row(call, found, person))


@routes.delete("/orgs/{org}/people/views/{view}/access/{person}")
def delete_access(call: Call) -> Reply:
    """Stop sharing."""
    if own_view(call).access.pop(call.number("person"), None) is None:
        raise not_found()
    return NOTHING
