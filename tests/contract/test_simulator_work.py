"""Tasks, calls, surveys, journeys, forms, duplicates, notes and bulk jobs in the simulator (API.md §4.10–4.18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated

EVERYBODY = [{"op": "add", "type": "all", "config": {}}]


@pytest.fixture
def zetkin() -> Iterator[Zetkin]:
    with simulated() as running:
        yield running


@pytest.fixture
def person(zetkin: Zetkin) -> int:
    return zetkin.state.members(ROOT)[0]


def _me(zetkin: Zetkin) -> int:
    return zetkin.get(f"/users/me/memberships/{ROOT}", schema.Membership).profile.id


# --- tasks ---------------------------------------------------------------------------------------------------------


def _task(zetkin: Zetkin, **more: Any) -> schema.Task:
    body = {
        "title": "Visit",
        "instructions": "Go",
        "type": "visit_link",
        "config": {"url": "https://example.org"},
        "campaign_id": next(iter(zetkin.state.campaigns)),
    }
    return zetkin.post(f"/orgs/{ROOT}/tasks", schema.Task, body | more)


def test_a_published_task_is_given_out_some_time_later(zetkin: Zetkin) -> None:
    made = _task(zetkin)
    path = f"/orgs/{ROOT}/tasks/{made.id}"
    zetkin.patch(f"{path}/target", schema.FilterSpec, {"filter_spec": EVERYBODY})
    published = zetkin.patch(path, schema.Task, {"published": zetkin.clock().isoformat()})
    assert published.published == "2026-11-22T06:00:00"
    assert zetkin.get(f"{path}/assigned", list[schema.AssignedTask]) == []
    zetkin.later(40)
    given = zetkin.get(f"{path}/assigned", list[schema.AssignedTask])
    assert {a.assignee.id for a in given} == set(zetkin.state.members(ROOT))
    assert {a.status for a in given} == {"assigned"}


def test_a_task_is_given_to_one_person_once(zetkin: Zetkin, person: int) -> None:
    made = _task(zetkin)
    path = f"/orgs/{ROOT}/tasks/{made.id}/assigned/{person}"
    zetkin.post(path, schema.AssignedTask)
    assert (
        zetkin.ask("POST", path, schema.Error, status=409).error.title == "Person is already assigned to task"
    )
    assert len(zetkin.get(path, list[schema.AssignedTask])) == 1


def test_a_task_grows_old(zetkin: Zetkin, person: int) -> None:
    made = _task(zetkin, deadline="2026-11-23T06:00:00Z", expires="2026-11-24T06:00:00Z")
    path = f"/orgs/{ROOT}/tasks/{made.id}/assigned/{person}"
    zetkin.post(path, schema.AssignedTask)
    seen = []
    for _ in range(3):
        seen.append(zetkin.get(path, list[schema.AssignedTask])[0].status)
        zetkin.later(86_400)
    assert seen == ["assigned", "overdue", "expired"]


def test_one_does_ones_own_task(zetkin: Zetkin) -> None:
    made = _task(zetkin)
    zetkin.post(f"/orgs/{ROOT}/tasks/{made.id}/assigned/{_me(zetkin)}", schema.AssignedTask)
    mine = zetkin.get("/users/me/assigned_tasks", list[schema.AssignedTask])
    one = next(a for a in mine if a.task.id == made.id)
    done = zetkin.patch(f"/users/me/assigned_tasks/{one.id}", schema.AssignedTask, {"status": "completed"})
    assert done.status == "completed"


def test_a_tasks_settings_have_its_types_keys(zetkin: Zetkin) -> None:
    made = _task(zetkin)
    zetkin.ask(
        "PATCH", f"/orgs/{ROOT}/tasks/{made.id}", schema.Error, status=400, json={"config": {"link": "x"}}
    )
    body = {"filter_spec": EVERYBODY, "more": 1}
    zetkin.ask("PATCH", f"/orgs/{ROOT}/tasks/{made.id}/target", schema.Error, status=400, json=body)
    zetkin.delete(f"/orgs/{ROOT}/tasks/{made.id}")


# --- calls ---------------------------------------------------------------------------------------------------------


def _assignment(zetkin: Zetkin) -> schema.CallAssignment:
    goal = [{"type": "call_history", "config": {"operator": "reached", "assignment": "$self"}}]
    body = {"title": "Ring", "target_filters": EVERYBODY, "goal_filters": goal, "cooldown": 1}
    return zetkin.post(f"/orgs/{ROOT}/call_assignments", schema.CallAssignment, body)


def test_a_call_assignment_needs_both_filter_lists_and_knows_itself(zetkin: Zetkin) -> None:
    zetkin.ask("POST", f"/orgs/{ROOT}/call_assignments", schema.Error, status=400, json={"title": "Ring"})
    made = _assignment(zetkin)
    assert made.goal.filter_spec[0]["config"]["assignment"] == made.id
    change = {"start_date": "2026-12-01", "end_date": None}
    assert (
        zetkin.patch(f"/orgs/{ROOT}/call_assignments/{made.id}", schema.CallAssignment, change).start_date
        == "2026-12-01"
    )


def test_calls_are_allocated_made_and_counted(zetkin: Zetkin) -> None:
    made, me = _assignment(zetkin), _me(zetkin)
    path = f"/orgs/{ROOT}/call_assignments/{made.id}"
    zetkin.ask("POST", f"{path}/queue/head", schema.Error, status=403)
    zetkin.put(f"{path}/callers/{me}", schema.Caller)
    head = zetkin.post(f"{path}/queue/head", schema.Call)
    assert head.state == 0
    body = {"target_id": head.target.id}
    zetkin.ask("POST", f"{path}/calls", schema.Error, status=409, json=body)
    message = {"state": 1, "organizer_action_needed": True, "message_to_organizer": "New number"}
    zetkin.patch(f"/orgs/{ROOT}/calls/{head.id}", schema.Call, message)
    stats = zetkin.get(f"{path}/stats", schema.CallStats)
    assert (stats.num_calls_made, stats.num_calls_reached, stats.num_goal_matches) == (1, 1, 1)
    assert stats.num_blocked.cooldown >= 1
    needed = zetkin.get(f"/orgs/{ROOT}/calls?filter=organizer_action_needed==1", list[schema.Call])
    assert head.id in [c.id for c in needed]
    second = zetkin.post(f"{path}/queue/head", schema.Call)
    assert [c.id for c in zetkin.get(f"{path}/calls?pp=1&p=0", list[schema.Call])] == [second.id]
    zetkin.delete(f"/orgs/{ROOT}/calls/{second.id}")
    zetkin.delete(f"{path}/callers/{me}")
    zetkin.delete(path)


def test_a_caller_has_tags_to_prefer_and_to_leave(zetkin: Zetkin) -> None:
    made, me, tag = _assignment(zetkin), _me(zetkin), next(iter(zetkin.state.tags))
    path = f"/orgs/{ROOT}/call_assignments/{made.id}/callers/{me}"
    zetkin.put(path, schema.Caller)
    zetkin.put(f"{path}/prioritized_tags/{tag}", schema.Tag)
    assert [t.id for t in zetkin.get(path, schema.Caller).prioritized_tags] == [tag]
    zetkin.delete(f"{path}/prioritized_tags/{tag}")
    assert zetkin.get(f"{path}/prioritized_tags", list[schema.Tag]) == []


# --- surveys -------------------------------------------------------------------------------------------------------


def _survey(zetkin: Zetkin, **more: Any) -> tuple[str, int, int]:
    made = zetkin.post(
        f"/orgs/{ROOT}/surveys", schema.Survey, {"title": "Ask", "published": "2026-11-01"} | more
    )
    path = f"/orgs/{ROOT}/surveys/{made.id}"
    choose = {"question": "When?", "response_type": "options", "options": ["Day", "Night"]}
    one = zetkin.post(f"{path}/elements", schema.Element, {"type": "question", "question": choose})
    write = {"question": "More?", "response_type": "text"}
    two = zetkin.post(f"{path}/elements", schema.Element, {"type": "question", "question": write})
    return path, one.id, two.id


def test_a_survey_is_answered_in_each_way(zetkin: Zetkin, person: int) -> None:
    path, one, two = _survey(zetkin)
    option = zetkin.get(f"{path}/elements/{one}/options", list[schema.Option])[0].id
    answers = [{"question_id": one, "options": [option]}, {"question_id": two, "response": "Car"}]
    signed = {"first_name": "Sam", "last_name": "Okänd", "email": "sam@example.org"}
    ids = []
    for signature in (None, "user", person, signed):
        made = zetkin.post(
            f"{path}/submissions", schema.Submission, {"responses": answers, "signature": signature}
        )
        ids.append(made.respondent and made.respondent.id)
    assert ids == [None, _me(zetkin), person, None]
    unlinked = zetkin.get(f"{path}/submissions?filter=linked==0", list[schema.SubmissionInList])
    named = next(s for s in unlinked if s.respondent)
    linked = zetkin.patch(
        f"/orgs/{ROOT}/survey_submissions/{named.id}", schema.Submission, {"respondent_id": person}
    )
    assert linked.respondent is not None
    assert linked.respondent.id == person
    refused = zetkin.ask("POST", f"{path}/submissions", schema.Error, status=400, json={"responses": []})
    assert refused.error.title == "Missing signature"
    bad = {"responses": [{"question_id": 4711}], "signature": None}
    zetkin.ask("POST", f"{path}/submissions", schema.Error, status=400, json=bad)


def test_a_survey_may_demand_a_name_or_refuse_one(zetkin: Zetkin, person: int) -> None:
    path, _, _ = _survey(zetkin, signature="require_signature")
    nameless = {"responses": [], "signature": None}
    zetkin.ask("POST", f"{path}/submissions", schema.Error, status=400, json=nameless)
    path, _, _ = _survey(zetkin, signature="force_anonymous")
    made = zetkin.post(f"{path}/submissions", schema.Submission, {"responses": [], "signature": person})
    assert made.respondent is None


def test_elements_and_options_have_an_order(zetkin: Zetkin) -> None:
    path, one, two = _survey(zetkin)
    assert zetkin.patch(f"{path}/element_order", schema.Order, {"default": [two, one]}).default == [two, one]
    assert [e.id for e in zetkin.get(path, schema.Survey).elements] == [two, one]
    body = {"default": [one]}
    refused = zetkin.ask("PATCH", f"{path}/element_order", schema.Error, status=400, json=body)
    assert refused.error.title == "Malformed data"
    zetkin.post(f"{path}/elements/{one}/options", schema.Option, {"text": "Dawn"})
    order = zetkin.get(f"{path}/elements/{one}/option_order", schema.Order).default
    zetkin.patch(f"{path}/elements/{one}/option_order", schema.Order, {"default": order[::-1]})
    assert zetkin.get(f"{path}/elements/{one}/options", list[schema.Option])[0].text == "Dawn"
    zetkin.delete(f"{path}/elements/{two}")
    zetkin.delete(path)


def test_a_draft_survey_is_not_there_for_strangers(zetkin: Zetkin) -> None:
    path, _, _ = _survey(zetkin, published=None)
    del zetkin.http.headers["authorization"]
    zetkin.ask("GET", path, schema.ShortError, status=404)


# --- journeys ------------------------------------------------------------------------------------------------------


def test_a_case_is_opened_with_the_journeys_steps_and_closed(zetkin: Zetkin, person: int) -> None:
    journey = zetkin.post(f"/orgs/{ROOT}/journeys", schema.Journey, {"title": "Support"})
    step = {"title": "First"}
    zetkin.post(f"/orgs/{ROOT}/journeys/{journey.id}/milestones", schema.Milestone, step)
    case = zetkin.post(f"/orgs/{ROOT}/journeys/{journey.id}/instances", schema.Instance, {"title": "One"})
    path = f"/orgs/{ROOT}/journey_instances/{case.id}"
    zetkin.put(f"{path}/subjects/{person}", schema.Somebody)
    zetkin.ask("PUT", f"{path}/subjects/{person}", schema.Error, status=409)
    assert case.next_milestone is not None
    done = {"completed": "2026-11-22T06:00:00Z"}
    zetkin.patch(f"{path}/milestones/{case.milestones[0].id}", schema.Milestone, done)
    assert zetkin.get(path, schema.Instance).next_milestone is None
    zetkin.post(f"{path}/notes", schema.Note, {"text": "Called"})
    closed = zetkin.patch(path, schema.Instance, {"closed": "2026-11-22T06:00:00Z", "outcome": "Fine"})
    assert closed.closed
    assert zetkin.get(f"/orgs/{ROOT}/journeys/{journey.id}", schema.Journey).stats.closed == 1
    happened = [u.type for u in zetkin.get(f"{path}/timeline/updates", list[schema.TimelineUpdate])]
    assert happened[0] == "journeyinstance.close"
    assert happened[-1] == "journeyinstance.create"
    assert case.id in [
        i.id
        for i in zetkin.get(f"/orgs/{ROOT}/people/{person}/journey_instances", list[schema.InstanceInList])
    ]


# --- join forms ----------------------------------------------------------------------------------------------------


def test_a_form_sent_in_is_listed_once_confirmed_and_makes_a_person_with_tags(zetkin: Zetkin) -> None:
    tag = next(iter(zetkin.state.tags))
    body = {
        "title": "Join",
        "fields": ["first_name", "last_name", "email"],
        "tags": [tag],
        "requires_email_verification": True,
    }
    form = zetkin.post(f"/orgs/{ROOT}/join_forms", schema.JoinForm, body)
    path = f"/orgs/{ROOT}/join_forms/{form.id}/submissions"
    given = {"first_name": "Sam", "last_name": "Ny", "email": "sam@example.org"}
    sent = {"submit_token": form.submit_token, "form_data": given}
    token = zetkin.http.headers.pop("authorization")
    zetkin.ask("POST", path, schema.ShortError, status=404, json=sent | {"submit_token": "wrong"})
    zetkin.post(path, schema.JoinSubmission, sent, status=202)
    zetkin.http.headers["authorization"] = token
    assert zetkin.get(path, list[schema.JoinSubmission]) == []
    zetkin.later(60)
    (waiting,) = zetkin.get(path, list[schema.JoinSubmission])
    where = f"/orgs/{ROOT}/join_submissions/{waiting.id}"
    zetkin.ask("PATCH", where, schema.Error, status=400, json={"state": "maybe"})
    accepted = zetkin.patch(where, schema.JoinSubmission, {"state": "accepted"})
    assert accepted.person_data.id is not None
    assert accepted.person_data.id in zetkin.state.tags[tag].people
    assert (
        zetkin.get(f"/orgs/{ROOT}/people/{accepted.person_data.id}", schema.DistrictPerson).first_name
        == "Sam"
    )
    listed = zetkin.get(f"/orgs/{ROOT}/join_submissions?filter=accepted==1", list[schema.JoinSubmission])
    assert [s.id for s in listed] == [waiting.id]


# --- duplicates, notes, bulk -----------------------------------------------------------------------------------------


def test_merged_people_live_on_under_one_id(zetkin: Zetkin) -> None:
    pair = zetkin.get(f"/orgs/{ROOT}/people/duplicates?filter=status==pending", list[schema.Duplicate])[0]
    one, two = (p.id for p in pair.duplicates)
    tag = next(iter(zetkin.state.tags.values()))
    tag.people[two] = None
    body = {"type": "person", "objects": [one, two], "override": {"city": "Täby"}}
    merged = zetkin.post(f"/orgs/{ROOT}/merges", schema.DistrictPerson, body, status=200)
    gone = one if merged.id == two else two
    zetkin.ask("GET", f"/orgs/{ROOT}/people/{gone}", schema.ShortError, status=404)
    assert merged.city == "Täby"
    assert merged.id in tag.people
    after = zetkin.get(f"/orgs/{ROOT}/people/duplicates/{pair.id}", schema.Duplicate)
    assert after.status == "merged"
    answer = zetkin.http.patch(f"/v1/orgs/{ROOT}/people/duplicates/{pair.id}", json={"dismissed": True})
    assert (answer.status_code, answer.text) == (409, '""')
    zetkin.ask(
        "POST", f"/orgs/{ROOT}/merges", schema.Error, status=400, json={"type": "person", "objects": [one]}
    )


def test_different_people_are_dismissed(zetkin: Zetkin) -> None:
    pair = next(iter(zetkin.state.duplicates))
    path = f"/orgs/{ROOT}/people/duplicates/{pair}"
    assert zetkin.patch(path, schema.Duplicate, {"dismissed": True}).status == "dismissed"


def test_two_notes_are_two_notes(zetkin: Zetkin, person: int) -> None:
    path = f"/orgs/{ROOT}/people/{person}/notes"
    for _ in range(2):
        note = zetkin.post(path, schema.Note, {"text": "Prefers evenings."})
    assert len(zetkin.get(path, list[schema.Note])) == 2
    assert (
        zetkin.patch(f"{path}/{note.id}", schema.Note, {"text": "Prefers mornings."}).text
        == "Prefers mornings."
    )
    zetkin.delete(f"{path}/{note.id}")
    assert zetkin.ask("POST", path, schema.Error, status=400, json={}).error.title == "Invalid data"


def _tagging(people: list[int], tag: int) -> dict[str, Any]:
    ops = [
        {
            "op": "person.get",
            "key": {"id": p},
            "if_none": "skip",
            "ops": [{"op": "person.tag", "tag_id": tag}],
        }
        for p in people
    ]
    return {"ops": ops}


def test_bulk_is_previewed_without_effect_and_then_done(zetkin: Zetkin) -> None:
    people, tag = (
        zetkin.state.members(ROOT)[:5],
        zetkin.post(f"/orgs/{ROOT}/people/tags", schema.Tag, {"title": "T"}).id,
    )
    body = _tagging([*people, 4711], tag)
    preview = zetkin.post(f"/orgs/{ROOT}/bulk/preview", schema.BulkPreview, body, status=200)
    assert preview.problems == []
    assert preview.stats.person.summary.tagged.byTag == {str(tag): 5}
    assert not zetkin.state.tags[tag].people
    job = zetkin.post(f"/orgs/{ROOT}/bulk/execute", schema.BulkJob, body, status=200)
    assert (job.status, job.report) == ("completed", preview.stats)
    assert sorted(zetkin.state.tags[tag].people) == people
    again = zetkin.post(f"/orgs/{ROOT}/bulk/execute", schema.BulkJob, body, status=200)
    assert again.report is not None
    assert again.report.person.summary.tagged.total == 0
    assert len(zetkin.get(f"/orgs/{ROOT}/bulk", list[schema.BulkJob])) == 2


def test_bulk_says_what_is_wrong_and_does_nothing(zetkin: Zetkin, person: int) -> None:
    body = _tagging([person], 4711)
    preview = zetkin.post(f"/orgs/{ROOT}/bulk/preview", schema.BulkPreview, body, status=200)
    assert [(p.code, p.index, p.field) for p in preview.problems] == [("UNKNOWN_OBJECT", 0, "tag.id")]
    answer = zetkin.http.post(f"/v1/orgs/{ROOT}/bulk/execute", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"data": {"error": {"message": "There are problems with the input ops"}}}


def test_bulk_may_take_its_time(zetkin: Zetkin, person: int) -> None:
    zetkin.state.policy.bulk_seconds = 20
    tag = next(iter(zetkin.state.tags))
    job = zetkin.post(f"/orgs/{ROOT}/bulk/execute", schema.BulkJob, _tagging([person], tag), status=200)
    assert (job.status, job.completed, job.report) == ("pending", None, None)
    zetkin.later(20)
    assert zetkin.get(f"/orgs/{ROOT}/bulk", list[schema.BulkJob])[0].status == "completed"


def test_bulk_makes_and_changes_people(zetkin: Zetkin) -> None:
    known = next(p for p in zetkin.state.people.values() if p.ext_id)
    ops = [
        {
            "op": "person.get",
            "key": {"ext_id": known.ext_id},
            "ops": [{"op": "person.setfields", "data": {"city": "Kiruna"}}],
        },
        {
            "op": "person.create",
            "ops": [{"op": "person.setfields", "data": {"first_name": "A", "last_name": "B"}}],
        },
    ]
    job = zetkin.post(f"/orgs/{ROOT}/bulk/execute", schema.BulkJob, {"ops": ops}, status=200)
    assert job.report is not None
    assert (job.report.person.summary.created.total, known.city) == (1, "Kiruna")


def test_words_are_searched_for(zetkin: Zetkin, person: int) -> None:
    name = zetkin.state.people[person].last_name
    found = zetkin.post(f"/orgs/{ROOT}/search/person", list[schema.Native], {"q": name[:6]}, status=200)
    assert person in [p.id for p in found]
    refused = zetkin.ask("POST", f"/orgs/{ROOT}/search/person", schema.Error, status=400, json={})
    assert refused.error.title == "Missing query"
    zetkin.post(f"/orgs/{ROOT}/search/campaign", list[schema.Campaign], {"q": "tema"}, status=200)
