"""Search by words: `POST /orgs/{o}/search/{type}` (API.md §3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from zetkin_sync.demo.simulator import bodies
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.assignments import assignment_row
from zetkin_sync.demo.simulator.endpoints.cases import instance_row
from zetkin_sync.demo.simulator.endpoints.people import native_row
from zetkin_sync.demo.simulator.endpoints.places import location_row
from zetkin_sync.demo.simulator.endpoints.projects import activity_row, campaign_row
from zetkin_sync.demo.simulator.endpoints.queries import query_row
from zetkin_sync.demo.simulator.endpoints.surveys import survey_row
from zetkin_sync.demo.simulator.endpoints.tasks import task_row
from zetkin_sync.demo.simulator.endpoints.views import view_row
from zetkin_sync.demo.simulator.replies import Reply, Row, data, not_found, refusal
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.world.state import State

routes = Routes()

_TABLES: dict[str, tuple[str, Callable[[State, Any], Row]]] = {
    "campaign": ("campaigns", campaign_row),
    "task": ("tasks", task_row),
    "view": ("views", view_row),
    "callassignment": ("call_assignments", assignment_row),
    "survey": ("surveys", survey_row),
    "journeyinstance": ("instances", instance_row),
    "activity": ("activities", activity_row),
    "location": ("locations", location_row),
    "personquery": ("queries", query_row),
}


@routes.post("/orgs/{org}/search/{type}")
def search(call: Call) -> Reply:
    """The records whose words contain what is asked for."""
    body = call.object()
    if not body.get("q"):
        raise refusal(400, "Missing query")
    words = bodies.text("q", body["q"]).casefold()
    if call.path["type"] == "person":
        return data(list(_people(call, words)))
    if call.path["type"] not in _TABLES:
        raise not_found()
    table, row = _TABLES[call.path["type"]]
    own = [r for r in getattr(call.state, table).values() if r.organization == call.org]
    return data([row(call.state, r) for r in own if words in (r.title or "").casefold()])


def _people(call: Call, words: str) -> Iterable[Row]:
    """People by name, address, phone or membership number; without custom fields."""
    for number in call.state.members(call.org):
        person = call.state.people[number]
        if (
            words
            in " ".join(filter(None, (person.name, person.email, person.phone, person.ext_id))).casefold()
        ):
            yield native_row(person)
