"""The true state, row by row, as the API would show it to somebody who may see everything; for comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zetkin_sync.demo.simulator.endpoints import answers, cases, joining, surveys
from zetkin_sync.demo.simulator.endpoints.areas import area_row
from zetkin_sync.demo.simulator.endpoints.assignments import assignment_row
from zetkin_sync.demo.simulator.endpoints.attendance import participant_row, response_row
from zetkin_sync.demo.simulator.endpoints.bulk import job_row
from zetkin_sync.demo.simulator.endpoints.duplicates import duplicate_row
from zetkin_sync.demo.simulator.endpoints.emails import email_row
from zetkin_sync.demo.simulator.endpoints.events import event_row
from zetkin_sync.demo.simulator.endpoints.fields import field_row, visible_fields
from zetkin_sync.demo.simulator.endpoints.joining import form_row
from zetkin_sync.demo.simulator.endpoints.journeys import journey_row
from zetkin_sync.demo.simulator.endpoints.organizations import organization_row
from zetkin_sync.demo.simulator.endpoints.people import person_row
from zetkin_sync.demo.simulator.endpoints.phoning import call_row
from zetkin_sync.demo.simulator.endpoints.places import location_row
from zetkin_sync.demo.simulator.endpoints.projects import activity_row, campaign_row
from zetkin_sync.demo.simulator.endpoints.tags import tag_row
from zetkin_sync.demo.simulator.endpoints.tasks import task_row
from zetkin_sync.demo.simulator.endpoints.views import view_row
from zetkin_sync.demo.simulator.replies import Row
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
    "surveys": _owned("surveys", surveys.whole_row),
    "survey_submissions": _owned("submissions", answers.whole_row),
    "call_assignments": _owned("call_assignments", assignment_row),
    "calls": _owned("calls", call_row),
    "tasks": _owned("tasks", task_row),
    "emails": _owned("emails", email_row),
    "journeys": _owned("journeys", journey_row),
    "journey_instances": _owned("instances", cases.whole_row),
    "join_forms": _owned("join_forms", form_row),
    "join_submissions": _owned("join_submissions", joining.submission_row),
    "duplicates": _owned("duplicates", duplicate_row),
    "bulk": _owned("bulk_jobs", job_row),
    "areas": _owned("areas", lambda _, area: area_row(area)),
}


def truth(state: State, table: str) -> dict[str, list[Row]]:
    """A table by organization id."""
    return {str(o): TABLES[table](state, o) for o in state.organizations}
