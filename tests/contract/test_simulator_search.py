"""Smart-search filters of the simulator really select people (API.md §5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.contract import schemas as schema
from tests.contract.simulated import ROOT, Zetkin, simulated
from zetkin_sync.demo.world.emails import EmailRecipient
from zetkin_sync.demo.world.events import Participation
from zetkin_sync.demo.world.people import Person

QUERIES = f"/orgs/{ROOT}/people/queries"


@pytest.fixture(scope="module")
def zetkin() -> Iterator[Zetkin]:
    with simulated() as running:
        yield running


def found(zetkin: Zetkin, *filters: dict[str, Any]) -> set[int]:
    """The ids that filters find, asked over the wire."""
    body = {"filter_spec": list(filters)}
    return {p.id for p in zetkin.post(f"{QUERIES}/ephemeral/matches", list[schema.Native], body, status=200)}


def only(kind: str, op: str = "add", **config: Any) -> dict[str, Any]:
    return {"op": op, "type": kind, "config": config}


def people(zetkin: Zetkin) -> list[Person]:
    return [zetkin.state.people[p] for p in zetkin.state.members(ROOT)]


def ids(records: Any) -> set[int]:
    return {r.id for r in records}


def test_all_and_nothing(zetkin: Zetkin) -> None:
    everybody = ids(people(zetkin))
    assert found(zetkin, only("all")) == everybody
    assert found(zetkin, {"type": "all", "config": None}) == everybody
    assert found(zetkin) == set()


def test_filters_are_applied_from_left_to_right(zetkin: Zetkin) -> None:
    tag = zetkin.post(f"/orgs/{ROOT}/people/tags", schema.Tag, {"title": "Order"}).id
    one, two = sorted(ids(people(zetkin)))[:2]
    zetkin.state.tags[tag].people.update({one: None, two: None})
    tagged = {"condition": "all", "tags": [tag]}
    assert found(zetkin, only("all"), only("person_tags", "limit", **tagged)) == {one, two}
    assert found(zetkin, only("all"), only("person_tags", "sub", **tagged)) == ids(people(zetkin)) - {
        one,
        two,
    }
    assert found(zetkin, only("person_tags", "sub", **tagged), only("person_tags", **tagged)) == {one, two}


def test_figures_say_what_each_filter_did(zetkin: Zetkin) -> None:
    women = [only("all"), only("person_data", "sub", fields={"email": None})]
    figures = zetkin.post(
        f"{QUERIES}/ephemeral/stats", list[schema.FilterStats], {"filter_spec": women}, status=200
    )
    everybody, silent = len(people(zetkin)), sum(not p.email for p in people(zetkin))
    assert [(f.matches, f.change, f.result) for f in figures] == [
        (everybody, everybody, everybody),
        (silent, -silent, everybody - silent),
    ]
    assert figures[0].filter.config["organizations"] == [ROOT]


@pytest.mark.parametrize(
    ("condition", "expected"), [("all", {1}), ("any", {1, 2, 3}), ("some", {1}), ("none", None)]
)
def test_person_tags(zetkin: Zetkin, condition: str, expected: set[int] | None) -> None:
    first, second = (zetkin.post(f"/orgs/{ROOT}/people/tags", schema.Tag, {"title": t}).id for t in "AB")
    members = sorted(ids(people(zetkin)))
    zetkin.state.tags[first].people.update({members[1]: None, members[2]: None})
    zetkin.state.tags[second].people.update({members[1]: None, members[3]: None})
    config = {"condition": condition, "tags": [first, second], "min_matching": 2}
    wanted = set(members) - set(members[1:4]) if expected is None else {members[n] for n in expected}
    assert found(zetkin, only("person_tags", **config)) == wanted


def test_person_data_and_person_field(zetkin: Zetkin) -> None:
    city = people(zetkin)[0].city
    assert found(zetkin, only("person_data", fields={"city": city})) >= ids(
        p for p in people(zetkin) if p.city == city
    )
    day = "2020-06-01"
    late = ids(p for p in people(zetkin) if p.fields.get("medlem_sedan", "") >= day)
    assert found(zetkin, only("person_field", field="medlem_sedan", after=day)) == late
    one = next(p for p in people(zetkin) if p.id in late)
    joined = date.fromisoformat(one.fields["medlem_sedan"])
    before, on, after = ((joined + timedelta(days=n)).isoformat() for n in (-1, 0, 1))
    assert one.id in found(zetkin, only("person_field", field="medlem_sedan", after=on, before=after))
    assert one.id not in found(zetkin, only("person_field", field="medlem_sedan", after=before, before=on))
    early = found(zetkin, only("person_field", field="medlem_sedan", before=day))
    assert early
    assert not early & late


def test_person_view_and_sub_query(zetkin: Zetkin) -> None:
    view = zetkin.post(f"/orgs/{ROOT}/people/views", schema.View, {"title": "L"})
    one = people(zetkin)[4].id
    zetkin.put(f"/orgs/{ROOT}/people/views/{view.id}/rows/{one}", schema.ViewRow, status=201)
    inside = only("person_view", view=view.id, operator="in")
    assert found(zetkin, inside) == {one}
    assert found(zetkin, only("person_view", view=view.id, operator="notin")) == ids(people(zetkin)) - {one}
    kept = zetkin.post(QUERIES, schema.Query, {"title": "Q", "filter_spec": [inside]})
    assert found(zetkin, only("sub_query", query_id=kept.id)) == {one}
    assert found(zetkin, only("all"), only("sub_query", "limit", query_id=kept.id, operator="notin")) == ids(
        people(zetkin)
    ) - {one}
    itself = {"filter_spec": [only("sub_query", query_id=kept.id)]}
    zetkin.patch(f"{QUERIES}/{kept.id}", schema.Query, itself)
    zetkin.ask("GET", f"{QUERIES}/{kept.id}/matches", schema.Error, status=400)


def test_area_by_a_position_field(zetkin: Zetkin) -> None:
    area = next(iter(zetkin.state.areas.values()))
    placed = [p for p in people(zetkin) if "hemposition" in p.fields]
    ring = area.boundary["coordinates"][0][:-1]
    centre = {"lng": sum(c[0] for c in ring) / len(ring), "lat": sum(c[1] for c in ring) / len(ring)}
    placed[0].fields["hemposition"] = centre
    near = found(zetkin, only("area", area=area.id, field="hemposition", operator="in"))
    assert placed[0].id in near
    assert (
        found(zetkin, only("area", area=area.id, field="hemposition", operator="out"))
        == ids(people(zetkin)) - near
    )


def test_officials_and_users(zetkin: Zetkin) -> None:
    roles = zetkin.state.organizations[ROOT].officials
    assert found(zetkin, only("official", role="admin")) == {p for p, r in roles.items() if r == "admin"}
    assert found(zetkin, only("official")) == set(roles)
    assert found(zetkin, only("user", is_user=True)) == ids(p for p in people(zetkin) if p.user)


def test_random_is_stable_for_a_seed(zetkin: Zetkin) -> None:
    half = found(zetkin, only("random", size=0.5, seed="x"))
    assert half == found(zetkin, only("random", size=0.5, seed="x"))
    assert len(half) == round(len(people(zetkin)) / 2)
    assert half != found(zetkin, only("random", size=0.5, seed="y"))
    assert len(found(zetkin, only("random", size=7, seed="x"))) == 7


def test_events_by_booking_sign_up_and_status(zetkin: Zetkin) -> None:
    event = next(e for e in zetkin.state.events.values() if e.organization == ROOT and e.campaign)
    came, cancelled, signed = (p.id for p in people(zetkin)[10:13])
    now = zetkin.clock()
    event.participants = {came: Participation(attended=now), cancelled: Participation(cancelled=now)}
    event.responses = {signed: now}

    def of_event(**config: Any) -> set[int]:
        return found(zetkin, only("action_participation", action=event.id, **config))

    assert of_event(state="booked") == {came}
    assert of_event(state="booked", status="cancelled") == {cancelled}
    assert of_event(state="signed_up") == {signed}
    day = event.starts.date()
    span = {"after": day.isoformat(), "before": (day + timedelta(days=1)).isoformat()}
    project = {"campaign": event.campaign, "state": "booked", **span}
    assert came in found(zetkin, only("campaign_participation", operator="in", **project))
    assert came not in found(zetkin, only("campaign_participation", operator="notin", **project))


def test_the_most_active(zetkin: Zetkin) -> None:
    keen = people(zetkin)[20].id
    for event in zetkin.state.events.values():
        event.participants.setdefault(keen, Participation())
    assert found(zetkin, only("most_active", size=1)) == {keen}


def test_emails_by_history_clicks_and_blocking(zetkin: Zetkin) -> None:
    state, now = zetkin.state, zetkin.clock()
    content = '{"blocks":[{"kind":"button","data":{"href":"https://example.org","tag":"t","text":"x"}}]}'
    made = zetkin.post(f"/orgs/{ROOT}/emails", schema.Email, {"title": "E", "content": content})
    one, two = (p.id for p in people(zetkin)[30:32])
    record = state.emails[made.id]
    record.recipients = {
        one: EmailRecipient(id=1, email=made.id, person=one, sent=now, opened=now),
        two: EmailRecipient(id=2, email=made.id, person=two, sent=now),
    }
    link = next(link for link in state.links.values() if link.email == made.id)
    link.clicks[one] = now

    def history(operator: str) -> set[int]:
        return found(zetkin, only("email_history", operator=operator, email=made.id))

    assert history("sent") == {one, two}
    assert history("opened") == {one}
    assert history("not_opened") == ids(people(zetkin)) - {one}
    assert found(zetkin, only("email_click", operator="clicked", email=made.id, links=[link.id])) == {one}
    out = state.unsubscribed[ROOT] & ids(people(zetkin))
    assert found(zetkin, only("email_blacklist", operator="blacklisted", reason="unsub_org")) == out
    anyhow = found(zetkin, only("email_blacklist", operator="blacklisted", reason="any"))
    assert anyhow == out | (state.blacklisted & ids(people(zetkin)))


def test_calls_by_history_and_blocking(zetkin: Zetkin) -> None:
    calls = list(zetkin.state.calls.values())
    reached = {c.target for c in calls if c.state == 1}
    assert found(zetkin, only("call_history", operator="reached")) == reached
    assert found(zetkin, only("call_history", operator="notreached")) == {c.target for c in calls} - reached
    assert found(zetkin, only("call_history", operator="called", minTimes=99)) == set()
    needing = {c.target for c in calls if c.organizer_action_needed}
    assert found(zetkin, only("call_blocked", reason="organizer_action_needed")) == needing


def test_surveys_by_answer(zetkin: Zetkin) -> None:
    survey = next(iter(zetkin.state.surveys.values()))
    _, choose, write = survey.elements
    linked = [s for s in zetkin.state.submissions.values() if s.person]
    assert found(zetkin, only("survey_submission", operator="submitted", survey=survey.id)) == {
        s.person for s in linked
    }
    drivers = {s.person for s in linked if any("bil" in r.get("response", "") for r in s.responses)}
    config = {"question": write.id, "value": "BIL"}
    assert found(zetkin, only("survey_response", operator="in", **config)) == drivers
    first = choose.options[0].id
    chosen = {s.person for s in linked if first in s.responses[0]["options"]}
    config = {"survey": survey.id, "question": choose.id, "options": [first]}
    assert found(zetkin, only("survey_option", operator="any", **config)) == chosen
    assert (
        found(zetkin, only("survey_option", operator="none", **config)) == {s.person for s in linked} - chosen
    )


def test_tasks_forms_and_cases(zetkin: Zetkin) -> None:
    task = next(iter(zetkin.state.tasks.values()))
    done = {p for p, a in task.assigned.items() if a.completed}
    assert found(zetkin, only("task", task=task.id, completed=True)) == done
    assert found(zetkin, only("task", task=task.id, assigned=True, matching={"max": 0})) == set()
    journey = next(iter(zetkin.state.journeys.values()))
    cases = [i for i in zetkin.state.instances.values() if i.journey == journey.id]
    still = {s for i in cases if i.closed is None for s in i.subjects}
    assert found(zetkin, only("journey_subjects", journey=journey.id, closed=None)) == still
    waiting = next(iter(zetkin.state.join_submissions.values()))
    path = f"/orgs/{ROOT}/join_submissions/{waiting.id}"
    accepted = zetkin.patch(path, schema.JoinSubmission, {"state": "accepted"})
    assert found(zetkin, only("joinform", form=waiting.form)) == {accepted.person_data.id}


def test_people_of_the_organizations_below(zetkin: Zetkin) -> None:
    below = next(o.id for o in zetkin.state.organizations.values() if o.parent == ROOT and not o.closed)
    assert found(zetkin, only("all", organizations=[below])) == set(zetkin.state.members(below))
    everywhere = set().union(*(zetkin.state.members(o) for o in zetkin.state.descendants(ROOT)))
    assert found(zetkin, only("all", organizations="suborgs")) == everywhere


@pytest.mark.parametrize(
    "spec",
    [
        "everybody",
        [{"op": "add", "type": "shoe_size", "config": {}}],
        [{"op": "minus", "type": "all", "config": {}}],
        [{"op": "add", "type": "person_tags", "config": {"condition": "all", "tags": []}}],
        [{"op": "add", "type": "person_view", "config": {"operator": "in"}}],
    ],
)
def test_a_malformed_search_is_refused(zetkin: Zetkin, spec: Any) -> None:
    body = {"filter_spec": spec}
    refused = zetkin.ask("POST", f"{QUERIES}/ephemeral/stats", schema.Error, status=400, json=body)
    assert refused.error.title == "Invalid filter list"
    if not (isinstance(spec, list) and spec[0]["type"] in ("person_tags", "person_view")):
        saved = zetkin.ask("POST", QUERIES, schema.Error, status=400, json={"title": "Q", **body})
        assert saved.error.title == "Invalid filter format"


def test_matches_can_be_limited_to_a_list(zetkin: Zetkin) -> None:
    view = zetkin.post(f"/orgs/{ROOT}/people/views", schema.View, {"title": "L"})
    one = people(zetkin)[6].id
    zetkin.put(f"/orgs/{ROOT}/people/views/{view.id}/rows/{one}", schema.ViewRow, status=201)
    kept = zetkin.post(QUERIES, schema.Query, {"title": "Q", "filter_spec": [only("all")]})
    path = f"{QUERIES}/{kept.id}/matches?view_id={view.id}"
    assert [p.id for p in zetkin.get(path, list[schema.Native])] == [one]
    zetkin.ask("GET", f"{QUERIES}/{kept.id}/matches/1", schema.ShortError, status=404)
