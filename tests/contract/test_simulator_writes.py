"""Whatever is written, the simulator answers in the form that the reference says (API.md §3.1, §4), errors included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated
from tests.contract.test_simulator_schemas import _filled, _furnish
from zetkin_sync.demo.simulator.app import V1, V2
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.world.lists import Column

O = "/orgs/{org}"  # noqa: E741
P = f"{O}/people"
C = f"{O}/campaigns/{{campaign}}"
A = f"{O}/actions/{{action}}"
V = f"{P}/views/{{view}}"
Q = f"{P}/queries/{{query}}"
S = f"{O}/surveys/{{survey}}"
K = f"{O}/call_assignments"
I = f"{O}/journey_instances/{{instance}}"  # noqa: E741

ALL = [{"op": "add", "type": "all", "config": {}}]
TITLE = {"title": "Ny"}
AGAIN = {"title": "Ny igen"}
QUESTION = {"type": "question", "question": {"question": "?", "required": False, "response_type": "text"}}
MILESTONE = {"title": "Ringt", "description": ""}
CALLING = {**TITLE, "target_filters": [], "goal_filters": []}
OUTING = {"start_time": "2026-12-01T18:00:00"}
TASK = {
    "title": "Ny",
    "instructions": "",
    "type": "offline",
    "config": {},
}
MAIL = {"title": "Ny"}
OPS = {"ops": [{"op": "person.get", "key": {"id": 1}, "ops": []}]}

# method, path, what is sent, what comes back (None: 204 and nothing)
V1_WRITES: list[tuple[str, str, Any, Any]] = [
    ("PATCH", O, {"title": "Distriktet"}, schema.Organization),
    ("POST", f"{O}/sub_organizations", {**TITLE, "country": "SE"}, schema.Organization),
    ("PUT", f"{O}/officials/{{person}}", {"role": "organizer"}, schema.Official),
    ("POST", P, {"first_name": "Mira", "last_name": "Quill"}, schema.DistrictPerson),
    ("PATCH", f"{P}/{{person}}", {"city": "Solna"}, schema.DistrictPerson),
    ("PUT", f"{P}/{{person}}/connections/{{other}}", None, schema.Membership),
    ("PUT", f"{P}/{{person}}/fields/{{field}}", "2020-01-02", schema.FieldValue),
    ("PUT", f"{P}/{{person}}/tags/{{tag}}", None, schema.AppliedTag),
    ("POST", f"{P}/{{person}}/notes", {"text": "Hellre kväll."}, schema.Note),
    ("PATCH", f"{P}/{{person}}/notes/{{note}}", {"text": "Hellre dag."}, schema.Note),
    ("PATCH", f"{P}/fields/{{field}}", AGAIN, schema.Field),
    ("POST", f"{P}/tags", TITLE, schema.Tag),
    ("PATCH", f"{P}/tags/{{tag}}", AGAIN, schema.Tag),
    ("POST", f"{O}/tag_groups", TITLE, schema.TagGroup),
    ("PATCH", f"{O}/tag_groups/{{group}}", AGAIN, schema.TagGroup),
    ("PATCH", f"{P}/duplicates/{{duplicate}}", {"dismissed": True}, schema.Duplicate),
    ("POST", f"{P}/queries", {"title": "Ny", "filter_spec": ALL}, schema.Query),
    ("PATCH", Q, AGAIN, schema.Query),
    ("POST", f"{Q}/matches", {"filter_spec": ALL}, list[schema.Native]),
    ("POST", f"{Q}/stats", {"filter_spec": ALL}, list[schema.FilterStats]),
    ("POST", f"{P}/view_folders", TITLE, schema.Folder),
    ("PATCH", f"{P}/view_folders/{{folder}}", AGAIN, schema.Folder),
    ("POST", f"{P}/views", TITLE, schema.View),
    ("PATCH", V, AGAIN, schema.View),
    ("PUT", f"{V}/access/{{person}}", {"level": "readonly"}, schema.ViewAccess),
    ("PATCH", f"{V}/column_order", {"order": [2, 1]}, dict[str, list[int]]),
    ("POST", f"{V}/columns", {"type": "local_bool", "title": "Ja", "config": {}}, schema.Column),
    ("PATCH", f"{V}/columns/{{column}}", AGAIN, schema.Column),
    ("PATCH", f"{V}/content_query", {"filter_spec": ALL}, schema.FilterSpec),
    ("PUT", f"{V}/rows/{{person}}", None, schema.ViewRow),
    ("PUT", f"{V}/rows/{{person}}/cells/{{column}}", {"value": True}, dict[str, Any]),
    ("POST", f"{O}/campaigns", TITLE, schema.Campaign),
    ("PATCH", C, AGAIN, schema.Campaign),
    ("POST", f"{O}/activities", TITLE, schema.Activity),
    ("PATCH", f"{O}/activities/{{activity}}", AGAIN, schema.Activity),
    ("POST", f"{O}/locations", {**TITLE, "lat": 59.3, "lng": 18.0}, schema.Location),
    ("PATCH", f"{O}/locations/{{location}}", AGAIN, schema.Location),
    ("POST", f"{O}/actions", OUTING, schema.Event),
    ("POST", f"{C}/actions", OUTING, schema.Event),
    ("PATCH", A, AGAIN, schema.Event),
    ("PUT", f"{A}/participants/{{person}}", {}, schema.Participant),
    ("PUT", f"{A}/responses/{{person}}", {}, schema.ResponsePut),
    ("POST", f"{A}/reminders", {"remind_all": True}, list[schema.Reminder]),
    ("POST", f"{O}/surveys", TITLE, schema.Survey),
    ("POST", f"{C}/surveys", TITLE, schema.Survey),
    ("PATCH", S, AGAIN, schema.Survey),
    ("POST", f"{S}/elements", QUESTION, schema.Element),
    ("PATCH", f"{S}/elements/{{element}}", {"hidden": True}, schema.Element),
    ("POST", f"{S}/elements/{{element}}/options", {"text": "Nja"}, schema.Option),
    ("PATCH", f"{S}/elements/{{element}}/options/{{option}}", {"text": "Nej"}, schema.Option),
    ("PATCH", f"{S}/element_order", "elements", schema.Order),
    ("PATCH", f"{S}/elements/{{element}}/option_order", "options", schema.Order),
    ("POST", f"{S}/submissions", {"responses": [], "signature": None}, schema.Submission),
    ("PATCH", f"{O}/survey_submissions/{{submission}}", {"respondent_id": None}, schema.Submission),
    ("POST", K, CALLING, schema.CallAssignment),
    ("POST", f"{C}/call_assignments", CALLING, schema.CallAssignment),
    ("PATCH", f"{K}/{{assignment}}", AGAIN, schema.CallAssignment),
    ("PUT", f"{K}/{{assignment}}/callers/{{caller}}", None, schema.Caller),
    ("PUT", f"{K}/{{assignment}}/callers/{{caller}}/excluded_tags/{{tag}}", None, schema.Tag),
    ("PUT", f"{K}/{{assignment}}/callers/{{caller}}/prioritized_tags/{{tag}}", None, schema.Tag),
    ("POST", f"{K}/{{assignment}}/calls", "target", schema.Call),
    ("POST", f"{K}/{{assignment}}/queue/head", None, schema.Call),
    ("PATCH", f"{O}/calls/{{call}}", {"state": 1}, schema.Call),
    ("POST", f"{O}/tasks", "task", schema.Task),
    ("POST", f"{C}/tasks", TASK, schema.Task),
    ("PATCH", f"{O}/tasks/{{task}}", AGAIN, schema.Task),
    ("PATCH", f"{O}/tasks/{{task}}/target", {"filter_spec": ALL}, schema.FilterSpec),
    ("POST", f"{O}/tasks/{{task}}/assigned/{{person}}", None, schema.AssignedTask),
    ("PATCH", "/users/{user}/assigned_tasks/{assigned}", {"status": "completed"}, schema.AssignedTask),
    ("POST", f"{O}/emails", MAIL, schema.Email),
    ("POST", f"{C}/emails", MAIL, schema.Email),
    ("PATCH", f"{O}/emails/{{email}}", AGAIN, schema.Email),
    ("POST", f"{O}/emails/{{email}}/preview", "preview", list[dict[str, str]]),
    ("POST", f"{O}/emails/configs", "config", schema.EmailConfig),
    ("PATCH", f"{O}/emails/configs/{{config}}", {"sender_name": "Ny"}, schema.EmailConfig),
    ("POST", f"{O}/email_themes", {}, schema.EmailTheme),
    ("PATCH", f"{O}/email_themes/{{theme}}", {"css": None}, schema.EmailTheme),
    ("POST", f"{O}/journeys", TITLE, schema.Journey),
    ("PATCH", f"{O}/journeys/{{journey}}", AGAIN, schema.Journey),
    ("POST", f"{O}/journeys/{{journey}}/milestones", MILESTONE, schema.Milestone),
    ("PATCH", f"{O}/journeys/{{journey}}/milestones/{{milestone}}", AGAIN, schema.Milestone),
    ("POST", f"{O}/journeys/{{journey}}/instances", TITLE, schema.Instance),
    ("PATCH", I, AGAIN, schema.Instance),
    ("PUT", f"{I}/assignees/{{person}}", None, schema.Somebody),
    ("PUT", f"{I}/subjects/{{official}}", None, schema.Somebody),
    ("PUT", f"{I}/tags/{{tag}}", None, schema.Tag),
    ("PATCH", f"{I}/milestones/{{milestone}}", {"completed": None}, schema.Milestone),
    ("POST", f"{I}/notes", {"text": "Ringde."}, schema.Note),
    ("PATCH", f"{I}/notes/{{note}}", {"text": "Ringde igen."}, schema.Note),
    ("POST", f"{O}/join_forms", "form", schema.JoinForm),
    ("PATCH", f"{O}/join_forms/{{form}}", AGAIN, schema.JoinForm),
    ("POST", f"{O}/join_forms/{{form}}/submissions", "joining", schema.JoinSubmission),
    ("PATCH", f"{O}/join_submissions/{{submission}}", {"state": "accepted"}, schema.JoinSubmission),
    ("POST", f"{O}/bulk/preview", OPS, schema.BulkPreview),
    ("POST", f"{O}/bulk/execute", OPS, schema.BulkJob),
    ("POST", f"{O}/search/{{type}}", {"q": "mir"}, list[schema.Native]),
    ("POST", "/users/{user}/api_keys", "key", schema.ApiKey),
    ("PUT", "/users/{user}/following/{org}", None, None),
    ("POST", f"{O}/merges", "merge", schema.DistrictPerson),
    ("POST", f"{P}/fields", {"title": "Ny", "slug": "ny", "type": "text"}, schema.Field),
]
V2_WRITES: list[tuple[str, str, Any, Any]] = [
    ("POST", f"{O}/areas", {**TITLE, "boundary": "boundary"}, schema.Area),
    ("PATCH", f"{O}/areas/{{area}}", AGAIN, schema.Area),
    (
        "POST",
        f"{O}/locations",
        {**TITLE, "latitude": 59.3, "longitude": 18.0, "type": "event"},
        schema.LocationV2,
    ),
    ("PATCH", f"{O}/locations/{{location}}", AGAIN, schema.LocationV2),
    ("POST", f"{O}/projects/{{project}}/area_assignments", TITLE, schema.AreaAssignment),
    ("PATCH", f"{O}/area_assignments/{{assignment}}", AGAIN, schema.AreaAssignment),
    (
        "PUT",
        f"{O}/area_assignments/{{assignment}}/areas/{{area}}/assignees/{{user}}",
        None,
        schema.AreaAssignee,
    ),
    (
        "POST",
        f"{O}/area_assignments/{{assignment}}/metrics",
        {"question": "?", "type": "bool", "defines_success": True},
        schema.AssignmentMetric,
    ),
    (
        "POST",
        f"{O}/area_assignments/{{assignment}}/locations/{{location}}/visits",
        {"num_households_visited": 1, "metrics": []},
        dict[str, Any],
    ),
]


def _changes(routes: Routes) -> set[tuple[str, str]]:
    return {(m, p) for m, p, _ in routes.known if m not in ("GET", "DELETE") and p != "/oauth/token"}


def _named_alike(writes: list[tuple[str, str, Any, Any]]) -> set[tuple[str, str]]:
    return {(method, path.replace("{official}", "{person}")) for method, path, _, _ in writes}


def test_every_endpoint_that_changes_something_has_a_schema() -> None:
    assert _changes(V1) == _named_alike(V1_WRITES)
    assert _changes(V2) == _named_alike(V2_WRITES)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Zetkin, dict[str, str]]]:
    with simulated() as zetkin:
        ids = _furnish(zetkin)
        state = zetkin.state
        joined = next(iter(state.join_submissions))
        form = state.join_submissions[joined].form
        state.views[1].columns.append(Column(id=2, type="local_bool", title="b", config={}))
        case = f"/orgs/{ROOT}/journey_instances/{ids['instance']}"
        note = zetkin.post(f"{case}/notes", schema.Note, {"text": "Ringde."}).id
        more = {
            "other": next(o for o in state.organizations if o != ROOT),
            "note": 1,
            "official": ids[f"{O}/officials/{{person}}"],
            "type": "person",
            "form": form,
            f"{O}/join_submissions/{{submission}}": joined,
            f"{O}/officials/{{person}}": ids["person"],
            f"{O}/tasks/{{task}}/assigned/{{person}}": ids["person"],
            f"{V}/rows/{{person}}/cells/{{column}}": 2,
            f"{I}/tags/{{tag}}": list(state.tags)[1],
            f"{I}/notes/{{note}}": note,
        }
        yield zetkin, ids | {name: str(value) for name, value in more.items()}


def _sent(body: Any, zetkin: Zetkin, ids: dict[str, str]) -> Any:
    """Bodies that name what the district happens to hold."""
    state = zetkin.state
    survey, area = state.surveys[int(ids["survey"])], next(iter(state.areas.values()))
    question = next(e for e in survey.elements if str(e.id) == ids["element"])
    known: dict[str, Any] = {
        "boundary": area.boundary,
        "elements": {"default": [e.id for e in survey.elements]},
        "options": {"default": [o.id for o in question.options]},
        "task": {**TASK, "campaign_id": int(ids["campaign"])},
        "preview": {"recipients": [{"email": "a@example.org", "first_name": "A", "last_name": "B"}]},
        "config": {"sender_name": "Ny", "sender_email": "ny@example.org"},
        "form": {**TITLE, "fields": ["first_name", "last_name"]},
        "joining": {
            "submit_token": state.join_forms[int(ids["form"])].submit_token,
            "form_data": {"first_name": "A", "last_name": "B"},
        },
        "key": {"client_id": next(iter(state.clients)), "client_secret": "x", "scope": ["level2"]},
        "merge": {
            "type": "person",
            "objects": [p for p in state.members(ROOT) if str(p) not in ids.values()][:2],
            "override": {},
        },
    }
    if body == "target":
        targets = f"/orgs/{ROOT}/call_assignments/{ids['assignment']}/targets"
        called = {call.target for call in state.calls.values()}
        found = zetkin.get(targets, list[schema.Native])
        return {"target_id": next(one.id for one in found if one.phone and one.id not in called)}
    if isinstance(body, dict):
        return {name: known[name] if value == name else value for name, value in body.items()}
    return known.get(body, body) if isinstance(body, str) else body


def _written(zetkin: Zetkin, ids: dict[str, str], version: int, write: tuple[str, str, Any, Any]) -> None:
    method, path, body, shape = write
    where = _filled(path, ids)
    answer = zetkin.http.request(method, f"/v{version}{where}", json=_sent(body, zetkin, ids))
    said = f"{method} {where}: {answer.status_code} {answer.text[:300]}"
    if shape is None:
        assert (answer.status_code, answer.content) == (204, b""), said
        return
    assert answer.status_code in (200, 201, 202), said
    whole = schema.Envelope[shape] if version == 1 else schema.ItemV2[shape]
    msgspec.json.decode(answer.content, type=whole)


def _names(writes: list[tuple[str, str, Any, Any]]) -> list[str]:
    return [f"{method} {path}" for method, path, _, _ in writes]


@pytest.mark.parametrize("write", V1_WRITES, ids=_names(V1_WRITES))
def test_version_1_answers_a_write_as_the_reference_says(
    running: tuple[Zetkin, dict[str, str]], write: tuple[str, str, Any, Any]
) -> None:
    _written(*running, 1, write)


@pytest.mark.parametrize("write", V2_WRITES, ids=_names(V2_WRITES))
def test_version_2_answers_a_write_as_the_reference_says(
    running: tuple[Zetkin, dict[str, str]], write: tuple[str, str, Any, Any]
) -> None:
    zetkin, ids = running
    user = str(zetkin.get("/session", schema.Session).user.id)
    _written(zetkin, {**ids, "user": user, "assignment": "1"}, 2, write)
