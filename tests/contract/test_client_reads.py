"""The client reads from the simulator what the simulator knows: every list, compared with the plain answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from connectors.zetkin import Zetkin
from connectors.zetkin.scratch import MARK
from tests.pulling import LISTS, PARENTS, ROOT, Simulated, simulated
from zetkin_sync import records
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT
from zetkin_sync.demo.simulator.faults import Fault, Kind
from zetkin_sync.errors import NeedsHuman, Temporary
from zetkin_sync.records import Found, Mirror, own_columns


class Plain:
    """Asks the simulator with nothing but httpx, for the unread truth."""

    def __init__(self, url: str) -> None:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": GRANT,
            "scope": "level2",
        }
        token = httpx.post(f"{url}/v1/oauth/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).json()
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token['access_token']}"}, timeout=60
        )

    def data(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()["data"]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulated]:
    with simulated(people=300) as running:
        client = running.connect()
        link = {"kind": "link", "href": "https://example.org/a", "tag": "a1", "content": []}
        client.create_email(
            organization=ROOT,
            title="With a link",
            subject="x",
            content=json.dumps({"blocks": [{"kind": "paragraph", "data": {"content": [link]}}]}),
            project=None,
            config=client.email_configs(organization=ROOT)[0],
            theme=client.email_themes(organization=ROOT)[0],
        )
        client.close()
        yield running


@pytest.fixture(scope="module")
def plain(simulator: Simulated) -> Iterator[Plain]:
    asking = Plain(simulator.url)
    yield asking
    asking.http.close()


@pytest.fixture(scope="module")
def zetkin(simulator: Simulated) -> Iterator[Zetkin]:
    client = simulator.connect(zetkin_page_size=20, person_fields=["medlem_sedan"])
    yield client
    client.close()


def rows(
    zetkin: Zetkin, record: type[Mirror], parents: list[int] | None = None, organization: int = ROOT
) -> list[dict[str, Any]]:
    pages = zetkin.pages(record, organization=organization, parents=parents or ())
    return [dict(zip(own_columns(record), row, strict=True)) for page in pages for row in page.rows()]


def ref(value: dict[str, Any] | None) -> int | None:
    return None if value is None else int(value["id"])


def instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value[:10])


Expected = Callable[[dict[str, Any]], dict[str, Any]]
EXPECTED: dict[type[Mirror], tuple[str, Expected]] = {
    records.Person: (
        "/v1/orgs/1/people",
        lambda p: {
            "id": p["id"],
            "has_phone": bool(p["phone"] or p["alt_phone"]),
            "postcode": (p["zip_code"] or "").replace(" ", "") or None,
            "is_user": p["is_user"],
        },
    ),
    records.Field: ("/v1/orgs/1/people/fields", lambda f: {n: f[n] for n in ("id", "slug", "type", "title")}),
    records.Tag: (
        "/v1/orgs/1/people/tags",
        lambda t: {
            "id": t["id"],
            "title": t["title"],
            "group_id": ref(t["group"]),
            "owner": t["organization"]["id"],
        },
    ),
    records.Official: ("/v1/orgs/1/officials", lambda o: {"person": o["id"], "role": o["role"]}),
    records.PeopleList: ("/v1/orgs/1/people/views", lambda v: {"id": v["id"], "title": v["title"]}),
    records.Project: (
        "/v1/orgs/1/campaigns",
        lambda c: {n: c[n] for n in ("id", "title", "published", "archived", "visibility")},
    ),
    records.EventType: ("/v1/orgs/1/activities", lambda a: {"id": a["id"], "title": a["title"]}),
    records.Place: ("/v1/orgs/1/locations", lambda p: {n: p[n] for n in ("id", "title", "lat", "lng")}),
    records.Event: (
        "/v1/orgs/1/actions",
        lambda e: {
            "id": e["id"],
            "title": e["title"],
            "event_type": ref(e["activity"]),
            "project": ref(e["campaign"]),
            "place": ref(e["location"]),
            "starts": datetime.fromisoformat(e["start_time"]).replace(tzinfo=None),
            "ends": datetime.fromisoformat(e["end_time"]).replace(tzinfo=None),
            "required": e["num_participants_required"],
            "available": e["num_participants_available"],
            "contact": ref(e["contact"]),
            "published": instant(e["published"]),
            "cancelled": instant(e["cancelled"]),
            "has_info": bool(e["info_text"]),
        },
    ),
    records.Survey: (
        "/v1/orgs/1/surveys",
        lambda s: {
            "id": s["id"],
            "title": s["title"],
            "project": ref(s["campaign"]),
            "published": instant(s["published"]),
        },
    ),
    records.CallAssignment: (
        "/v1/orgs/1/call_assignments",
        lambda a: {
            "id": a["id"],
            "starts": day(a["start_date"]),
            "target": ref(a["target"]),
            "goal": ref(a["goal"]),
        },
    ),
    records.Call: (
        "/v1/orgs/1/calls",
        lambda c: {
            "id": c["id"],
            "state": c["state"],
            "person": ref(c["target"]),
            "caller": ref(c["caller"]),
        },
    ),
    records.Task: (
        "/v1/orgs/1/tasks",
        lambda t: {
            "id": t["id"],
            "kind": t["type"],
            "target": ref(t["target"]),
            "published": instant(t["published"]),
        },
    ),
    records.Email: (
        "/v1/orgs/1/emails",
        lambda e: {
            "id": e["id"],
            "title": e["title"],
            "target": ref(e["target"]),
            "config": ref(e["config"]),
            "theme": ref(e["theme"]),
            "locked": instant(e["locked"]),
            "published": instant(e["published"]),
            "processed": instant(e["processed"]),
        },
    ),
    records.EmailConfig: ("/v1/orgs/1/emails/configs", lambda c: {"id": c["id"], "no_reply": c["no_reply"]}),
    records.EmailTheme: (
        "/v1/orgs/1/email_themes",
        lambda t: {"id": t["id"], "has_frame": "unsub_org_url" in str(t["frame_mjml"])},
    ),
    records.DrawnArea: ("/v2/orgs/1/areas?size=100", lambda a: {"id": a["id"], "title": a["title"]}),
    records.AreaAssignment: (
        "/v2/orgs/1/area_assignments?size=100",
        lambda a: {"id": a["id"], "project": a["project_id"], "starts": day(a["start_date"])},
    ),
    records.Journey: (
        "/v1/orgs/1/journeys",
        lambda j: {"id": j["id"], "title": j["title"], **{n: j["stats"][n] for n in ("open", "closed")}},
    ),
    records.JourneyInstance: (
        "/v1/orgs/1/journey_instances",
        lambda i: {"id": i["id"], "journey": ref(i["journey"]), "closed": instant(i["closed"])},
    ),
    records.JoinForm: ("/v1/orgs/1/join_forms", lambda f: {"id": f["id"], "title": f["title"]}),
    records.JoinSubmission: (
        "/v1/orgs/1/join_submissions",
        lambda s: {
            "id": s["id"],
            "form": ref(s["form"]),
            "state": s["state"],
            "submitted": instant(s["submitted"]),
        },
    ),
    records.Duplicate: ("/v1/orgs/1/people/duplicates", lambda d: {"id": d["id"], "state": d["status"]}),
    records.BulkJob: ("/v1/orgs/1/bulk", lambda j: {"id": j["id"], "state": j["status"]}),
}
UNDER: dict[type[Mirror], tuple[str, Callable[[int, Any], list[dict[str, Any]]]]] = {
    records.Participation: (
        "/v1/orgs/1/actions/{}/participants",
        lambda event, found: [
            {
                "event": event,
                "person": p["id"],
                "cancelled": instant(p["cancelled"]),
                "attended": instant(p["attended"]),
            }
            for p in found
        ],
    ),
    records.Response: (
        "/v1/orgs/1/actions/{}/responses",
        lambda event, found: [
            {"event": event, "person": r["person"]["id"], "responded": instant(r["response_date"])}
            for r in found
        ],
    ),
    records.EventStats: (
        "/v1/orgs/1/actions/{}/stats",
        lambda event, s: [{"event": event, "booked": s["num_booked"], "signups": s["num_signups"]}],
    ),
    records.Reminder: (
        "/v1/orgs/1/actions/{}/reminders",
        lambda event, found: [{"event": event, "person": p} for p in {r["person"]["id"] for r in found}],
    ),
    records.SurveyOption: (
        "/v1/orgs/1/surveys/{}",
        lambda survey, s: [
            {"survey": survey, "id": o["id"], "question": e["id"], "text": o["text"]}
            for e in s["elements"]
            for o in e.get("question", {}).get("options", ())
        ],
    ),
    records.SurveySubmission: (
        "/v1/orgs/1/surveys/{}/submissions",
        lambda survey, found: [
            {
                "survey": survey,
                "id": s["id"],
                "person": ref(s["respondent"]),
                "submitted": instant(s["submitted"]),
            }
            for s in found
        ],
    ),
    records.SurveyAnswer: (
        "/v1/orgs/1/survey_submissions/{}",
        lambda submission, s: [
            {
                "submission": submission,
                "question": r["question_id"],
                "answered": bool(r.get("options") or r.get("response")),
            }
            for r in s["responses"]
        ],
    ),
    records.CallStats: (
        "/v1/orgs/1/call_assignments/{}/stats",
        lambda a, s: [
            {
                "assignment": a,
                "targets": s["num_target_matches"],
                "calls": s["num_calls_made"],
                "blocked": s["num_blocked"]["any"],
            }
        ],
    ),
    records.Caller: (
        "/v1/orgs/1/call_assignments/{}/callers",
        lambda a, found: [{"assignment": a, "person": c["id"]} for c in found],
    ),
    records.AssignedTask: (
        "/v1/orgs/1/tasks/{}/assigned",
        lambda task, found: [
            {
                "task": task,
                "person": a["assignee"]["id"],
                "state": a["status"],
                "completed": instant(a["completed"]),
            }
            for a in found
        ],
    ),
    records.EmailStats: (
        "/v1/orgs/1/emails/{}/stats",
        lambda email, s: [
            {
                "email": email,
                "sent": s["num_sent"],
                "opened": s["num_opened"],
                "blocked": s["num_blocked"]["any"],
            }
        ],
    ),
    records.EmailRecipient: (
        "/v1/orgs/1/emails/{}/recipients",
        lambda email, found: [
            {
                "email": email,
                "person": r["person"]["id"],
                "state": r["status"],
                "opened": instant(r["opened"]),
            }
            for r in found
        ],
    ),
    records.EmailLink: (
        "/v1/orgs/1/emails/{}/links",
        lambda email, found: [{"email": email, "id": link["id"], "url": link["url"]} for link in found],
    ),
}


def of(found: list[dict[str, Any]], like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Only the columns that are compared, in one order."""
    names = like[0].keys() if like else ()
    return ordered([{name: row[name] for name in names} for row in found])


def ordered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=repr)


@pytest.mark.parametrize("record", EXPECTED, ids=lambda r: r.__name__)
def test_a_list_is_what_the_server_holds(zetkin: Zetkin, plain: Plain, record: type[Mirror]) -> None:
    path, expected = EXPECTED[record]
    wanted = [expected(row) for row in plain.data(path)]
    found = rows(zetkin, record)
    assert len(found) == len(wanted)
    assert of(found, wanted) == ordered(wanted)


@pytest.mark.parametrize("record", UNDER, ids=lambda r: r.__name__)
def test_what_hangs_on_parents_is_what_the_server_holds(
    zetkin: Zetkin, plain: Plain, record: type[Mirror]
) -> None:
    path, expected = UNDER[record]
    above = PARENTS[record]
    assert above is not None
    if above is records.SurveySubmission:
        surveys = [row["id"] for row in rows(zetkin, records.Survey)]
        parents = [row["id"] for row in rows(zetkin, above, surveys)]
    else:
        parents = [row["id"] for row in rows(zetkin, above)]
    wanted = [row for parent in parents for row in expected(parent, plain.data(path.format(parent)))]
    assert wanted, f"the district has nothing to compare for {record.__name__}"
    found = rows(zetkin, record, parents)
    assert len(found) == len(wanted)
    assert of(found, wanted) == ordered(wanted)


def test_every_list_that_is_mirrored_is_compared() -> None:
    elsewhere = {
        records.Organization,
        records.Tagging,
        records.JourneyPerson,
        records.DuplicatePerson,
        records.EmailBlocked,
        records.AreaStats,
        records.AreaAssignee,
    }
    assert {*EXPECTED, *UNDER, *elsewhere} == set(Mirror.__subclasses__())
    assert set(LISTS) == set(EXPECTED)


def test_whom_zetkin_sends_nothing_to_is_found_by_its_search(zetkin: Zetkin, simulator: Simulated) -> None:
    state = simulator.state
    blocked = (state.blacklisted | state.unsubscribed[ROOT]) & set(state.members(ROOT))
    assert blocked
    assert {row["person"] for row in rows(zetkin, records.EmailBlocked)} == blocked


def test_the_tree_is_the_servers_tree(zetkin: Zetkin, simulator: Simulated) -> None:
    state = simulator.state
    known = {o.id: (o.parent, o.title) for o in state.organizations.values() if state.root_of(o.id) == ROOT}
    assert {r["id"]: (r["parent"], r["title"]) for r in rows(zetkin, records.Organization)} == known


def test_taggings_are_the_servers_taggings(zetkin: Zetkin, simulator: Simulated) -> None:
    truth = simulator.operator.truth("taggings")
    for organization in (ROOT, max(readable(zetkin, simulator))):
        tags = [row["id"] for row in rows(zetkin, records.Tag, organization=organization)]
        found = {
            (t["tag"], t["person"]) for t in rows(zetkin, records.Tagging, tags, organization=organization)
        }
        assert found == {(t["tag"], t["person"]) for t in truth[organization] if t["tag"] in tags}


def test_values_of_tags_are_read_when_they_are_configured(simulator: Simulated) -> None:
    valued = [
        t for t in simulator.state.tags.values() if t.value_type and t.people and t.organization == ROOT
    ]
    client = simulator.connect(tag_values=[valued[0].title[:5]])  # by how a title begins
    found = rows(client, records.Tagging, [valued[0].id])
    truth = {
        t["person"]: t["value"]
        for t in simulator.operator.truth("taggings")[ROOT]
        if t["tag"] == valued[0].id
    }
    assert {t["person"]: t["value"] for t in found} == truth
    client.close()


def test_values_of_tags_are_read_by_a_list_of_ours_where_that_is_allowed(simulator: Simulated) -> None:
    """The same rows as by asking each person; the list is gone afterwards, and one that was left too."""
    state = simulator.state
    valued = next(t for t in state.tags.values() if t.value_type and t.people and t.organization == ROOT)
    truth = {
        t["person"]: t["value"] for t in simulator.operator.truth("taggings")[ROOT] if t["tag"] == valued.id
    }
    before = set(state.views)
    client = simulator.connect(tag_values=[valued.title], scratch_folder="zetkin_sync", zetkin_page_size=3)
    left = client.create_list(organization=ROOT, folder="zetkin_sync", title=f"{MARK} {valued.id}")
    foreign = client.create_list(organization=ROOT, folder="zetkin_sync", title="An organizer's")
    assert {t["person"]: t["value"] for t in rows(client, records.Tagging, [valued.id])} == truth
    assert left not in state.views
    assert set(state.views) == before | {foreign}
    simulator.faults(Fault(kind=Kind.STATUS, status=500, path="/v1/orgs/*/rows"))
    with pytest.raises(Temporary):
        rows(client, records.Tagging, [valued.id])
    simulator.faults()
    assert set(state.views) == before | {foreign}, "a reading that fails takes its list away too"
    client.delete_list(organization=ROOT, list_id=foreign)
    client.close()


def test_the_people_in_cases_and_suspicions_are_read(zetkin: Zetkin, plain: Plain) -> None:
    cases = {
        (i["id"], p["id"])
        for i in plain.data("/v1/orgs/1/journey_instances")
        for p in (*i["subjects"], *i["assignees"])
    }
    assert cases
    assert {(r["instance"], r["person"]) for r in rows(zetkin, records.JourneyPerson)} == cases
    suspicions = {
        (d["id"], p["id"]) for d in plain.data("/v1/orgs/1/people/duplicates") for p in d["duplicates"]
    }
    assert suspicions
    assert {(r["duplicate"], r["person"]) for r in rows(zetkin, records.DuplicatePerson)} == suspicions


def test_areas_and_who_canvasses_them_are_read_from_version_two(
    zetkin: Zetkin, plain: Plain, simulator: Simulated
) -> None:
    project = next(iter(simulator.state.campaigns))
    body = {"title": "Vår", "start_date": "2026-04-01", "reporting_level": "household", "instructions": ""}
    made = plain.http.post(f"/v2/orgs/1/projects/{project}/area_assignments", json=body)
    assert made.status_code == 200, made.text
    assignment = made.json()["data"]["id"]
    area = plain.data("/v2/orgs/1/areas?size=1")[0]["id"]
    account = next(iter(simulator.state.users))
    put = plain.http.put(f"/v2/orgs/1/area_assignments/{assignment}/areas/{area}/assignees/{account}")
    assert put.status_code == 200, put.text
    (found,) = rows(zetkin, records.AreaAssignment)
    assert (found["id"], found["title"], found["starts"]) == (assignment, "Vår", date(2026, 4, 1))
    (assignee,) = rows(zetkin, records.AreaAssignee, [assignment])
    assert (assignee["account"], assignee["areas"]) == (account, f"[{area}]")
    (stats,) = rows(zetkin, records.AreaStats, [assignment])
    assert stats["assignment"] == assignment


def test_places_can_be_read_from_either_version(simulator: Simulated, plain: Plain) -> None:
    client = simulator.connect(places_v2=True)
    wanted = {
        p["id"]: (p["title"], p["latitude"], p["longitude"])
        for p in plain.data("/v2/orgs/1/locations?type=event&size=100")
    }
    assert {p["id"]: (p["title"], p["lat"], p["lng"]) for p in rows(client, records.Place)} == wanted
    client.close()


@pytest.mark.parametrize("size", [1, 7, 250, 1000])
def test_any_page_size_gives_the_same_people(simulator: Simulated, size: int) -> None:
    client = simulator.connect(zetkin_page_size=size)
    assert {p["id"] for p in rows(client, records.Person)} == set(simulator.state.members(ROOT))
    client.close()


def test_a_direct_question_is_answered(zetkin: Zetkin, simulator: Simulated) -> None:
    somebody = next(iter(simulator.state.members(ROOT)))
    assert zetkin.look(records.Person, organization=ROOT, row=somebody) is Found.HERE
    assert zetkin.look(records.Person, organization=ROOT, row=99_999_999) is Found.GONE
    assert zetkin.look(records.Organization, organization=ROOT, row=ROOT) is Found.HERE
    assert zetkin.look(records.Organization, organization=ROOT, row=99_999_999) is Found.GONE


def test_an_organization_that_does_not_let_us_in_says_so(zetkin: Zetkin, simulator: Simulated) -> None:
    closed = [o.id for o in simulator.state.organizations.values() if o.id not in readable(zetkin, simulator)]
    assert closed, "the district has one association that always answers 403"
    with pytest.raises(NeedsHuman, match="does not let us"):
        rows(zetkin, records.Person, organization=closed[0])


def readable(zetkin: Zetkin, simulator: Simulated) -> set[int]:
    found = set()
    for organization in simulator.state.organizations:
        try:
            rows(zetkin, records.Official, organization=organization)
            found.add(organization)
        except NeedsHuman:
            continue
    return found


def test_an_organizations_address_is_read_for_sending_only(zetkin: Zetkin, simulator: Simulated) -> None:
    assert zetkin.email_of(organization=ROOT) == simulator.state.organizations[ROOT].email
