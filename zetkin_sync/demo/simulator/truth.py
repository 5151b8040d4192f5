"""The true state, row by row, as the API would show it to somebody who may see everything; for comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zetkin_sync.demo.simulator.areas import area_row
from zetkin_sync.demo.simulator.attendance import participant_row, response_row
from zetkin_sync.demo.simulator.events import event_row
from zetkin_sync.demo.simulator.fields import field_row, visible_fields
from zetkin_sync.demo.simulator.organizations import organization_row
from zetkin_sync.demo.simulator.people import person_row
from zetkin_sync.demo.simulator.places import location_row
from zetkin_sync.demo.simulator.projects import activity_row, campaign_row
from zetkin_sync.demo.simulator.replies import Row
from zetkin_sync.demo.simulator.tags import tag_row
from zetkin_sync.demo.simulator.views import view_row
from zetkin_sync.demo.world.state import State

Table = Callable[[State, int], list[Row]]


def _owned(name: str, row: Callable[[State, Any], Row]) -> Table:
    """The records of a table that an organization owns."""

    def table(state: State, organization: int) -> list[Row]:
        return [row(state, r) for r in getattr(state, name).values() if r.organization == organization]

    return table


def _taggings(state: State, organization: int) -> list[Row]:
    return [
        {"tag": tag.id, "person": person, "value": value}
        for tag in state.tags.values()
        if tag.organization in (organization, *state.ancestors(organization))
        for person, value in tag.people.items()
        if state.connected(organization, person)
    ]


def _per_event(of: str, row: Callable[..., Row]) -> Table:
    def table(state: State, organization: int) -> list[Row]:
        return [
            {"event": event.id, **row(state, event, person)}
            for event in state.events.values()
            if event.organization == organization
            for person in getattr(event, of)
        ]

    return table


TABLES: dict[str, Table] = {
    "organizations": lambda state, o: [organization_row(state, state.organizations[o])],
    "people": lambda state, o: [person_row(state, o, state.people[p]) for p in state.members(o)],
    "fields": lambda state, o: [field_row(state, f) for f in visible_fields(state, o)],
    "officials": lambda state, o: [
        {"id": person, "role": role} for person, role in state.organizations[o].officials.items()
    ],
    "tags": _owned("tags", tag_row),
    "taggings": _taggings,
    "campaigns": _owned("campaigns", campaign_row),
    "activities": _owned("activities", activity_row),
    "locations": _owned("locations", location_row),
    "events": _owned("events", event_row),
    "participants": _per_event("participants", participant_row),
    "responses": _per_event("responses", response_row),
    "views": _owned("views", view_row),
    "areas": _owned("areas", lambda _, area: area_row(area)),
}


def truth(state: State, table: str) -> dict[str, list[Row]]:
    """A table by organization id."""
    return {str(o): TABLES[table](state, o) for o in state.organizations}
