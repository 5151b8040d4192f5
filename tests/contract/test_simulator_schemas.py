"""Every list and record the simulator shows has the form that the reference says (API.md §4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated
from zetkin_sync.demo.simulator.app import V1, V2
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.world.areas import AreaAssignment
from zetkin_sync.demo.world.events import Location
from zetkin_sync.demo.world.joining import BulkJob
from zetkin_sync.demo.world.lists import Access, Column, Folder, Query, View
from zetkin_sync.demo.world.people import Note

O = "/orgs/{org}"  # noqa: E741
P = f"{O}/people"

SHAPES: dict[str, Any] = {
    "/session": schema.Session,
    "/users/{user}": schema.User,
    "/users/{user}/memberships": list[schema.Membership],
    "/users/{user}/memberships/{org}": schema.Membership,
    "/users/{user}/following": list[schema.Membership],
    "/users/{user}/actions": list[schema.Event],
    "/users/{user}/action_responses": list[schema.Response],
    "/users/{user}/assigned_tasks": list[schema.AssignedTask],
    "/users/{user}/assigned_tasks/{assigned}": schema.AssignedTask,
    "/users/{user}/call_assignments": list[schema.CallAssignment],
    "/users/{user}/outgoing_calls": list[schema.Call],
    "/users/{user}/api_keys": list[schema.ApiKey],
    "/users/{user}/api_keys/{key}": schema.ApiKey,
    "/orgs": list[schema.Organization],
    O: schema.Organization,
    f"{O}/sub_organizations": list[schema.SubOrganization],
    f"{O}/officials": list[schema.Official],
    f"{O}/officials/{{person}}": schema.Official,
    P: list[schema.DistrictPerson],
    f"{P}/{{person}}": schema.DistrictPerson,
    f"{P}/{{person}}/connections": list[schema.Membership],
    f"{P}/{{person}}/fields": list[schema.FieldValue],
    f"{P}/{{person}}/fields/{{field}}": schema.FieldValue,
    f"{P}/{{person}}/tags": list[schema.AppliedTag],
    f"{P}/{{person}}/notes": list[schema.Note],
    f"{P}/{{person}}/journey_instances": list[schema.InstanceInList],
    f"{P}/fields": list[schema.Field],
    f"{P}/fields/{{field}}": schema.Field,
    f"{P}/fields/{{field}}/uniquevalues": list[str],
    f"{P}/tags": list[schema.Tag],
    f"{P}/tags/{{tag}}": schema.Tag,
    f"{P}/tags/{{tag}}/people": list[schema.Native],
    f"{P}/duplicates": list[schema.Duplicate],
    f"{P}/duplicates/{{duplicate}}": schema.Duplicate,
    f"{P}/queries": list[schema.Query],
    f"{P}/queries/{{query}}": schema.Query,
    f"{P}/queries/{{query}}/matches": list[schema.Native],
    f"{P}/queries/{{query}}/matches/{{person}}": schema.Native,
    f"{P}/queries/{{query}}/stats": list[schema.FilterStats],
    f"{P}/views": list[schema.View],
    f"{P}/views/{{view}}": schema.View,
    f"{P}/views/{{view}}/rows": list[schema.ViewRow],
    f"{P}/views/{{view}}/rows/{{person}}": schema.ViewRow,
    f"{P}/views/{{view}}/rows/{{person}}/cells/{{column}}": dict[str, Any],
    f"{P}/views/{{view}}/columns": list[schema.Column],
    f"{P}/views/{{view}}/columns/{{column}}": schema.Column,
    f"{P}/views/{{view}}/column_order": dict[str, list[int]],
    f"{P}/views/{{view}}/content_query": schema.FilterSpec,
    f"{P}/views/{{view}}/access": list[schema.ViewAccess],
    f"{P}/view_folders": list[schema.Folder],
    f"{P}/view_folders/{{folder}}": schema.Folder,
    f"{O}/tag_groups": list[schema.TagGroup],
    f"{O}/tag_groups/{{group}}": schema.TagGroup,
    f"{O}/campaigns": list[schema.Campaign],
    f"{O}/campaigns/{{campaign}}": schema.Campaign,
    f"{O}/campaigns/{{campaign}}/actions": list[schema.Event],
    f"{O}/campaigns/{{campaign}}/emails": list[schema.Email],
    f"{O}/campaigns/{{campaign}}/surveys": list[schema.SurveyInList],
    f"{O}/campaigns/{{campaign}}/tasks": list[schema.Task],
    f"{O}/campaigns/{{campaign}}/call_assignments": list[schema.CallAssignment],
    f"{O}/activities": list[schema.Activity],
    f"{O}/activities/{{activity}}": schema.Activity,
    f"{O}/locations": list[schema.Location],
    f"{O}/locations/{{location}}": schema.Location,
    f"{O}/locations/{{location}}/actions": list[schema.Event],
    f"{O}/actions": list[schema.Event],
    f"{O}/actions/{{action}}": schema.Event,
    f"{O}/actions/{{action}}/participants": list[schema.Participant],
    f"{O}/actions/{{action}}/participants/{{person}}": schema.Participant,
    f"{O}/actions/{{action}}/responses": list[schema.Response],
    f"{O}/actions/{{action}}/responses/{{person}}": schema.Response,
    f"{O}/actions/{{action}}/stats": schema.EventStats,
    f"{O}/actions/{{action}}/reminders": list[schema.Reminder],
    f"{O}/surveys": list[schema.SurveyInList],
    f"{O}/surveys/{{survey}}": schema.Survey,
    f"{O}/surveys/{{survey}}/submissions": list[schema.SubmissionInList],
    f"{O}/surveys/{{survey}}/elements": list[schema.Element],
    f"{O}/surveys/{{survey}}/elements/{{element}}": schema.Element,
    f"{O}/surveys/{{survey}}/element_order": schema.Order,
    f"{O}/surveys/{{survey}}/elements/{{element}}/options": list[schema.Option],
    f"{O}/surveys/{{survey}}/elements/{{element}}/options/{{option}}": schema.Option,
    f"{O}/surveys/{{survey}}/elements/{{element}}/option_order": schema.Order,
    f"{O}/survey_submissions": list[schema.SubmissionInList],
    f"{O}/survey_submissions/{{submission}}": schema.Submission,
    f"{O}/call_assignments": list[schema.CallAssignment],
    f"{O}/call_assignments/{{assignment}}": schema.CallAssignment,
    f"{O}/call_assignments/{{assignment}}/stats": schema.CallStats,
    f"{O}/call_assignments/{{assignment}}/targets": list[schema.Native],
    f"{O}/call_assignments/{{assignment}}/calls": list[schema.Call],
    f"{O}/call_assignments/{{assignment}}/callers": list[schema.Caller],
    f"{O}/call_assignments/{{assignment}}/callers/{{caller}}": schema.Caller,
    f"{O}/call_assignments/{{assignment}}/callers/{{caller}}/prioritized_tags": list[schema.Tag],
    f"{O}/call_assignments/{{assignment}}/callers/{{caller}}/excluded_tags": list[schema.Tag],
    f"{O}/calls": list[schema.Call],
    f"{O}/calls/{{call}}": schema.Call,
    f"{O}/tasks": list[schema.Task],
    f"{O}/tasks/{{task}}": schema.Task,
    f"{O}/tasks/{{task}}/target": schema.FilterSpec,
    f"{O}/tasks/{{task}}/assigned": list[schema.AssignedTask],
    f"{O}/tasks/{{task}}/assigned/{{person}}": list[schema.AssignedTask],
    f"{O}/emails": list[schema.Email],
    f"{O}/emails/configs": list[schema.EmailConfig],
    f"{O}/emails/configs/{{config}}": schema.EmailConfig,
    f"{O}/emails/{{email}}": schema.Email,
    f"{O}/emails/{{email}}/stats": schema.EmailStats,
    f"{O}/emails/{{email}}/recipients": list[schema.EmailRecipient],
    f"{O}/emails/{{email}}/links": list[schema.EmailLink],
    f"{O}/email_themes": list[schema.EmailTheme],
    f"{O}/email_themes/{{theme}}": schema.EmailTheme,
    f"{O}/journeys": list[schema.Journey],
    f"{O}/journeys/{{journey}}": schema.Journey,
    f"{O}/journeys/{{journey}}/milestones": list[schema.Milestone],
    f"{O}/journeys/{{journey}}/milestones/{{milestone}}": schema.Milestone,
    f"{O}/journeys/{{journey}}/instances": list[schema.InstanceInList],
    f"{O}/journey_instances": list[schema.InstanceInList],
    f"{O}/journey_instances/{{instance}}": schema.Instance,
    f"{O}/journey_instances/{{instance}}/timeline/updates": list[schema.TimelineUpdate],
    f"{O}/journey_instances/{{instance}}/milestones": list[schema.Milestone],
    f"{O}/journey_instances/{{instance}}/milestones/{{milestone}}": schema.Milestone,
    f"{O}/join_forms": list[schema.JoinForm],
    f"{O}/join_forms/{{form}}": schema.JoinForm,
    f"{O}/join_forms/{{form}}/submissions": list[schema.JoinSubmission],
    f"{O}/join_submissions": list[schema.JoinSubmission],
    f"{O}/join_submissions/{{submission}}": schema.JoinSubmission,
    f"{O}/bulk": list[schema.BulkJob],
}
LISTS_V2: dict[str, Any] = {
    f"{O}/users": schema.ConnectedUser,
    f"{O}/locations": schema.LocationV2,
    f"{O}/areas": schema.Area,
    f"{O}/areas/{{area}}/locations": schema.LocationV2,
    f"{O}/area_assignments": schema.AreaAssignment,
    f"{O}/projects/{{project}}/area_assignments": schema.AreaAssignment,
    f"{O}/area_assignments/{{assignment}}/areas": schema.Area,
    f"{O}/area_assignments/{{assignment}}/assignees": schema.AreaAssignee,
    f"{O}/area_assignments/{{assignment}}/metrics": schema.AssignmentMetric,
    f"{O}/area_assignments/{{assignment}}/locations": schema.AssignmentLocation,
    f"{O}/area_assignments/{{assignment}}/locations/{{location}}/visits": dict[str, Any],
    "/users/{user}/area_assignments": schema.AreaAssignment,
}
ITEMS_V2: dict[str, Any] = {
    "/session": schema.SessionV2,
    f"{O}/users/{{user}}": schema.ConnectedUser,
    f"{O}/locations/{{location}}": schema.LocationV2,
    f"{O}/areas/{{area}}": schema.Area,
    f"{O}/areas/{{area}}/stats": schema.AreaStats,
    f"{O}/area_assignments/{{assignment}}": schema.AreaAssignment,
    f"{O}/area_assignments/{{assignment}}/stats": schema.AssignmentStats,
    f"{O}/area_assignments/{{assignment}}/locations/{{location}}": schema.AssignmentLocation,
    f"{O}/join_forms/{{form}}": schema.PublicJoinForm,
}
NO_JSON = {f"{P}/{{person}}/avatar", "/oauth/authorize"}


def _gets(routes: Routes) -> set[str]:
    return {path for method, path, _ in routes.known if method == "GET"}


def test_every_endpoint_that_shows_something_has_a_schema() -> None:
    assert _gets(V1) - NO_JSON == set(SHAPES)
    assert _gets(V2) == LISTS_V2.keys() | ITEMS_V2.keys()


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Zetkin, dict[str, str]]]:
    with simulated() as zetkin:
        yield zetkin, _furnish(zetkin)


def _furnish(zetkin: Zetkin) -> dict[str, str]:
    """Add what a fresh district lacks; gives the ids that paths are filled with."""
    state, now = zetkin.state, zetkin.clock()
    me = zetkin.get(f"/users/me/memberships/{ROOT}", schema.Membership).profile.id
    user = zetkin.get("/session", schema.Session).user.id
    person = next(p for p in state.members(ROOT) if "medlem_sedan" in state.people[p].fields and p != me)
    tag = next(iter(state.tags))
    state.tags[tag].people[person] = None
    event = next(e for e in state.events.values() if e.organization == ROOT)
    email = next(iter(state.emails.values()))
    change = {"contact_id": person, "campaign_id": email.campaign}
    zetkin.http.patch(f"/v1/orgs/{ROOT}/actions/{event.id}", json=change).raise_for_status()
    for kind in ("participants", "responses"):
        zetkin.http.put(f"/v1/orgs/{ROOT}/actions/{event.id}/{kind}/{person}", json={}).raise_for_status()
        zetkin.http.put(f"/v1/orgs/{ROOT}/actions/{event.id}/{kind}/{me}", json={}).raise_for_status()
    zetkin.http.post(f"/v1/orgs/{ROOT}/actions/{event.id}/reminders").raise_for_status()
    state.notes[1] = Note(id=1, organization=ROOT, person=person, author=me, text="x", created=now)
    spec = [{"op": "add", "type": "all", "config": {}}]
    state.queries[1] = Query(id=1, organization=ROOT, title="q", filter_spec=spec)
    state.folders[1] = Folder(id=1, organization=ROOT, title="f")
    view = View(id=1, organization=ROOT, title="v", created=now, owner=me, folder=1, content_query=1)
    view.columns.append(Column(id=1, type="person_tag", title="c", config={"tag_id": tag}))
    view.access[person] = Access(level="edit", updated=now, updated_by=me)
    state.views[1] = view
    canvass = AreaAssignment(id=1, organization=ROOT, title="a", project=event.campaign or 1001, created=now)
    area = next(iter(state.areas.values()))
    canvass.assignees[area.id, user] = now
    canvass.metrics.append(_metric(now))
    state.area_assignments[1] = canvass
    lng, lat = (sum(p[axis] for p in area.boundary["coordinates"][0][:-1]) / 12 for axis in (0, 1))
    state.locations[1] = Location(id=1, organization=ROOT, title="h", lat=lat, lng=lng, kind="assignment")
    next(e for e in state.events.values() if e.id != event.id and e.organization == ROOT).location = 1
    canvass.visits.append(
        {
            "location_id": 1,
            "num_households_visited": 2,
            "metrics": [{"metric_id": 1, "num_yes": 1, "num_no": 1}],
        }
    )
    state.bulk_jobs[1] = BulkJob(id=1, organization=ROOT, user=user, accepted=now)
    task = next(iter(state.tasks.values()))
    zetkin.http.post(f"/v1/orgs/{ROOT}/tasks/{task.id}/assigned/{me}").raise_for_status()
    assignment = next(iter(state.call_assignments.values()))
    assignment.callers[me].prioritized.add(tag)
    assignment.campaign = email.campaign
    next(iter(state.calls.values())).caller = me
    survey = next(iter(state.surveys.values()))
    question = survey.elements[1]
    case = next(iter(state.instances.values()))
    case.assignees[me] = None
    zetkin.http.put(f"/v1/orgs/{ROOT}/journey_instances/{case.id}/tags/{tag}").raise_for_status()
    case.subjects[person] = None
    journey = state.journeys[case.journey]
    content = '{"blocks":[{"kind":"button","data":{"href":"https://example.org","tag":"abc","text":"x"}}]}'
    zetkin.http.patch(f"/v1/orgs/{ROOT}/emails/{email.id}", json={"content": content}).raise_for_status()
    ids: dict[str, Any] = {
        "org": ROOT,
        "user": "me",
        "person": person,
        "field": "medlem_sedan",
        "tag": tag,
        "group": next(iter(state.tag_groups)),
        "duplicate": next(iter(state.duplicates)),
        "query": 1,
        "view": 1,
        "column": 1,
        "folder": 1,
        "campaign": email.campaign,
        "project": canvass.project,
        "activity": next(iter(state.activities)),
        "location": 1,
        "action": event.id,
        "survey": survey.id,
        "element": question.id,
        "option": question.options[0].id,
        "submission": next(iter(state.submissions)),
        "assignment": assignment.id,
        "caller": me,
        "call": next(iter(state.calls)),
        "task": task.id,
        "assigned": task.assigned[me].id,
        "email": email.id,
        "config": next(iter(state.email_configs)),
        "theme": next(iter(state.email_themes)),
        "journey": journey.id,
        "instance": case.id,
        "milestone": journey.milestones[0].id,
        "form": next(iter(state.join_forms)),
        "area": area.id,
        "key": 1,
    }
    own = {
        f"{O}/journey_instances/{{instance}}/milestones/{{milestone}}": case.milestones[0].id,
        f"{O}/officials/{{person}}": me,
        f"{O}/tasks/{{task}}/assigned/{{person}}": me,
        f"{O}/join_submissions/{{submission}}": next(iter(state.join_submissions)),
    }
    return {k: str(v) for k, v in ids.items()} | {k: str(v) for k, v in own.items()}


def _metric(now: Any) -> dict[str, Any]:
    created = now.strftime("%Y-%m-%dT%H:%M:%S")
    row = {"id": 1, "area_assignment_id": 1, "question": "?", "type": "bool", "defines_success": True}
    return {**row, "created": created, "created_by_user_id": None}


def _filled(path: str, ids: dict[str, str], **other: str) -> str:
    def value(match: re.Match[str]) -> str:
        last = path.endswith(match[0])
        return ids[path] if last and path in ids else other.get(match[1]) or ids[match[1]]

    return re.sub(r"\{(\w+)\}", value, path)


@pytest.mark.parametrize("path", SHAPES)
def test_version_1_shows_what_the_reference_says(running: tuple[Zetkin, dict[str, str]], path: str) -> None:
    zetkin, ids = running
    found = zetkin.get(_filled(path, ids), SHAPES[path])
    assert found or path.endswith("excluded_tags"), f"{path}: nothing was shown, so nothing was checked"


@pytest.mark.parametrize("path", [*LISTS_V2, *ITEMS_V2])
def test_version_2_shows_what_the_reference_says(running: tuple[Zetkin, dict[str, str]], path: str) -> None:
    zetkin, ids = running
    user = ids["user"] if "/users/{user}/" in path else str(zetkin.get("/session", schema.Session).user.id)
    where = _filled(path, ids, assignment="1", user=user)
    if path in LISTS_V2:
        assert zetkin.list_v2(where, LISTS_V2[path]).data
    else:
        assert zetkin.get_v2(where, ITEMS_V2[path])


def test_the_schemas_themselves_refuse_a_key_too_many() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"id":1,"title":"a","more":1}', type=schema.Ref)
