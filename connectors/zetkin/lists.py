"""Where each list of the mirror is in Zetkin's API, and what makes rows of it (API.md §3.1, §3.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from connectors.zetkin.wire import (
    calls,
    canvassing,
    emails,
    events,
    joining,
    journeys,
    people,
    surveys,
    tasks,
)
from connectors.zetkin.wire.shapes import Row, Rows
from connectors.zetkin.wire.times import Reading
from zetkin_sync import records
from zetkin_sync.records import Mirror

_BLOCKED_FROM_EMAIL = (
    {"op": "add", "type": "email_blacklist", "config": {"operator": "blacklisted", "reason": "any"}},
)


class Allowed(NamedTuple):
    """What the configuration lets us read: slugs of custom fields, how the titles of tags begin
    whose values are kept, times.

    `places_v2` reads places from API v2, as Zetkin's own app does now; with `scratch_folder` a list of ours in
    that folder reads the values of a tag (see `scratch`).
    """

    when: Reading
    fields: Collection[str] = ()
    tag_values: Collection[str] = ()
    places_v2: bool = False
    scratch_folder: str | None = None


class List(NamedTuple):
    """A list of an organization: its path below /orgs/{id}/. With `search` it is what these filters find."""

    path: str
    rows: Rows
    version: int = 1
    query: str = ""
    search: tuple[dict[str, Any], ...] = ()


class Hanging(NamedTuple):
    """A list, or a single thing, for each of some parents."""

    path: str
    rows: Callable[[int, bytes], list[Row]]
    paged: bool = True


class Inside(NamedTuple):
    """What stands inside the items of another list: rows for each item."""

    path: str
    rows: Callable[[bytes], dict[int, list[Row]]]


def of_organization(
    key: bytes, allowed: Allowed, *, hash_address: Callable[[str], bytes] | None = None
) -> dict[type[Mirror], List]:
    """The lists that every organization has; `hash_address` as in `people.people`."""
    places = (
        List("locations", events.places_v2, version=2, query="type=event")
        if allowed.places_v2
        else List("locations", events.places)
    )
    return {
        records.Person: List("people", people.people(key, allowed.fields, hash_address=hash_address)),
        records.Field: List("people/fields", people.fields),
        records.Tag: List("people/tags", people.tags),
        records.Official: List("officials", people.officials),
        records.PeopleList: List("people/views", people.views),
        records.Project: List("campaigns", events.projects),
        records.EventType: List("activities", events.event_types),
        records.Place: places,
        records.Event: List("actions", events.events(allowed.when)),
        records.Survey: List("surveys", surveys.surveys),
        records.CallAssignment: List("call_assignments", calls.call_assignments),
        records.Call: List("calls", calls.calls),
        records.Task: List("tasks", tasks.tasks),
        records.Email: List("emails", emails.emails),
        records.EmailBlocked: List(
            "people/queries/ephemeral/matches", emails.blocked, search=_BLOCKED_FROM_EMAIL
        ),
        records.EmailConfig: List("emails/configs", emails.configs),
        records.EmailTheme: List("email_themes", emails.themes),
        records.DrawnArea: List("areas", canvassing.areas, version=2),
        records.AreaAssignment: List("area_assignments", canvassing.area_assignments, version=2),
        records.Journey: List("journeys", journeys.journeys),
        records.JourneyInstance: List("journey_instances", journeys.instances),
        records.JoinForm: List("join_forms", joining.forms),
        records.JoinSubmission: List("join_submissions", joining.submissions),
        records.Duplicate: List("people/duplicates", joining.duplicates),
        records.BulkJob: List("bulk", joining.jobs),
    }


OF_PARENT: dict[type[Mirror], Hanging] = {
    records.Participation: Hanging("actions/{parent}/participants", events.participants),
    records.Response: Hanging("actions/{parent}/responses", events.responses),
    records.EventStats: Hanging("actions/{parent}/stats", events.stats, paged=False),
    records.Reminder: Hanging("actions/{parent}/reminders", events.reminders, paged=False),
    records.SurveyOption: Hanging("surveys/{parent}", surveys.options, paged=False),
    records.SurveySubmission: Hanging("surveys/{parent}/submissions", surveys.submissions),
    records.SurveyAnswer: Hanging("survey_submissions/{parent}", surveys.answers, paged=False),
    records.CallStats: Hanging("call_assignments/{parent}/stats", calls.stats, paged=False),
    records.Caller: Hanging("call_assignments/{parent}/callers", calls.callers),
    records.AssignedTask: Hanging("tasks/{parent}/assigned", tasks.assigned),
    records.EmailStats: Hanging("emails/{parent}/stats", emails.stats, paged=False),
    records.EmailRecipient: Hanging("emails/{parent}/recipients", emails.recipients),
    records.EmailLink: Hanging("emails/{parent}/links", emails.links),
    records.AreaStats: Hanging("area_assignments/{parent}/stats", canvassing.stats, paged=False),
}

INSIDE: dict[type[Mirror], Inside] = {
    records.JourneyPerson: Inside("journey_instances", journeys.people),
    records.DuplicatePerson: Inside("people/duplicates", joining.duplicate_people),
}
