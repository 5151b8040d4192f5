"""The pages about the plan: goals and why, answers, priorities, registers; what an organizer reads and does there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import shapely

from tests.page_world import NORTH, ROOT, SOUTH, Browser, World, page_world
from tests.plan_world import AREAS, CALLOUTS, DAY, REACH, picture, row, with_plan
from zetkin_sync.configuration import Role
from zetkin_sync.goals.attestations import Ticket, ticket
from zetkin_sync.goals.priorities import current
from zetkin_sync.language import say, to_json
from zetkin_sync.records import Event
from zetkin_sync.store import assessments, attestations, cases, plan_facts, registers
from zetkin_sync.store.access import Deed, who

ADMIN = {ROOT: "admin"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with page_world(tmp_path) as made:
        with_plan(made)
        yield made


@pytest.fixture
def browser(world: World) -> Browser:
    return world.log_in(ADMIN)


def store_rows(world: World, *rows: dict[str, Any], day: date = DAY) -> None:
    with world.store.writing() as session:
        assessments.write(session, rows, district=ROOT, day=day)


def words(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text))).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def first_goal(world: World) -> Any:
    return world.configuration.plans[0][1].goals[0]


# -- goals


def test_every_goal_stands_with_its_state_and_who_set_the_target(world: World, browser: Browser) -> None:
    goals = world.configuration.plans[0][1].goals
    store_rows(
        world, *(row(g.id, ROOT, "unknown") for g in goals[1:]), row(goals[0].id, ROOT, "behind", value=0.4)
    )
    answer = browser.get("/goals")
    text = words(answer)
    assert answer.text.count('<th scope="row">') == len(goals)
    assert f"1 av {len(goals)} går att veta" in text
    assert "vårt förslag" in text and "planen" in text
    only = browser.get("/goals?state=behind")
    assert only.text.count('<th scope="row">') == 1
    assert "Inget mål är i det läget." in words(browser.get("/goals?state=met"))
    listed = browser.get("/api/v1/goals?state=behind").json()["rows"]
    assert [r["number"] for r in listed] == [goals[0].name]


def test_a_goal_says_why_how_it_moved_and_from_which_records(world: World, browser: Browser) -> None:
    goal = first_goal(world)
    with world.store.writing() as session:
        session.add(
            Event(
                district=ROOT,
                organization=NORTH,
                id=500,
                title="Torg <i>möte</i>",
                starts=datetime(2026, 3, 1, 12),
            )
        )
    store_rows(world, row(goal.id, ROOT, "behind", value=0.2), day=date(2026, 3, 1))
    evidence = json.dumps([["event", [500, 501]]])
    store_rows(
        world,
        row(goal.id, ROOT, "behind", value=0.4, target=0.5, evidence=evidence),
        row(goal.id, NORTH, "met"),
        row(goal.id, SOUTH, "unknown", missing=json.dumps([to_json(say("no priorities"))])),
    )
    answer = browser.get(f"/goals/{goal.id}")
    text = words(answer)
    assert goal.quote in text and goal.definition.sv in text
    assert "Torg <i>möte</i>" in text and f"/organize/{NORTH}/projects/standalone/events/500" in answer.text
    assert "<polyline" in answer.text and 'class="target"' in answer.text
    assert answer.text.index(f'?unit={SOUTH}">') < answer.text.index(
        f'?unit={NORTH}">'
    )  # what is unknown stands before what is met
    by_number = browser.get(f"/goals/{goal.name}")
    assert goal.quote in words(by_number)
    assert browser.get("/goals/no-such-goal").status_code == 404


def test_an_association_sees_its_own_goals_and_no_other_units(world: World) -> None:
    goal = first_goal(world)
    store_rows(world, row(goal.id, ROOT, "behind"), row(goal.id, NORTH, "met"), row(goal.id, SOUTH, "behind"))
    browser = world.with_role(Role.VIEWER, NORTH)
    text = words(browser.get(f"/goals/{goal.id}"))
    assert "nått" in text and "Söder" not in text
    assert browser.get(f"/goals?unit={SOUTH}").status_code == 404
    assert browser.get(f"/api/v1/goals?unit={SOUTH}").status_code == 404


def test_the_overview_has_the_areas_in_brief(world: World, browser: Browser) -> None:
    assert "Prioriterade områden" not in words(browser.get("/"))
    picture(world, areas=AREAS)
    text = words(browser.get("/"))
    assert "1 av 2 områden har haft en aktivitet på 30 dagar (50 %)." in text
    assert "Haga : 41 dagar utan aktivitet" in text
    assert "/areas/haga" in browser.get("/").text
    assert "Prioriterade områden" not in words(world.with_role(Role.VIEWER, NORTH).get("/"))


# -- answers


def answered(world: World) -> Any:
    goals = world.configuration.plans[0][1].goals
    return next(g for g in goals if g.metric == "attested" and not g.parameters.get("accepted"))


def test_somebody_says_that_it_is_done_and_it_is_kept_with_who(world: World, browser: Browser) -> None:
    goal = answered(world)
    store_rows(world, row(goal.id, ROOT, "unknown"))
    assert goal.title.sv in words(browser.get("/confirm"))
    assert goal.definition.sv in words(browser.get(f"/confirm/{goal.id}"))
    form = {"verdict": "done", "on": "2026-11-20", "link": "https://example.org/protokoll", "months": "12"}
    sent = browser.post(f"/confirm/{goal.id}", form)
    assert sent.headers["location"] == f"/goals/{goal.id}"
    said = attestations.history(world.store, district=ROOT, goal=goal.id)
    assert [(a.verdict, a.about, a.link, a.expires) for a in said] == [
        ("done", date(2026, 11, 20), "https://example.org/protokoll", None)
    ]
    assert said[0].who.startswith("user:")
    assert "Antecknat" in words(browser.get(f"/goals/{goal.id}"))
    entries = who(world.store, [Deed.CHANGED], district=ROOT)
    assert f"goal:{goal.id}" in {e.subject for e in entries}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"verdict": "done", "on": "2027-01-01"}, "ligger framåt"),
        ({"verdict": "perhaps", "on": "2026-11-20"}, "inget svar på det här åtagandet"),
        ({"verdict": "done", "on": "2026-11-20", "link": "javascript:alert(1)"}, "är ingen länk"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(
    world: World, browser: Browser, form: dict[str, str], sentence: str
) -> None:
    goal = answered(world)
    browser.get(f"/confirm/{goal.id}")
    assert sentence in words(browser.post(f"/confirm/{goal.id}", form), 422)
    assert attestations.history(world.store, district=ROOT) == []


def test_a_goal_that_is_computed_takes_no_answer(world: World, browser: Browser) -> None:
    goal = next(g for g in world.configuration.plans[0][1].goals if g.metric == "regular_activity")
    browser.get("/confirm")
    form = {"verdict": "done", "on": "2026-11-20"}
    assert browser.post(f"/confirm/{goal.id}", form).status_code == 404


def test_a_signed_link_opens_the_question_and_answers_nothing(world: World, browser: Browser) -> None:
    goal = answered(world)
    asked = Ticket(district=ROOT, goal=goal.id, unit=ROOT, until=date(2026, 12, 1))
    link = ticket(asked, key=world.settings.key)
    assert browser.get(f"/attest/{link}").headers["location"] == f"/confirm/{goal.id}"
    assert attestations.history(world.store, district=ROOT) == []
    assert browser.get(f"/attest/{link[:-1]}x").status_code == 404
    stranger = world.browser()
    assert stranger.get(f"/attest/{link}").headers["location"].startswith("/login")


# -- priorities


def held(world: World, owner: int) -> set[str]:
    told = plan_facts.load_priorities(world.store, district=ROOT)
    return {p.subject for p in current(told, day=DAY).get(owner, ())}


def test_an_associations_officials_confirm_their_own_places(world: World) -> None:
    browser = world.with_role(Role.APPROVER, NORTH)
    assert "Inget är prioriterat än" in words(browser.get("/priorities"))
    form = {
        "unit": NORTH,
        "geographic": ["haga"],
        "new_title": "Sjukhuset",
        "new_lat": "59,35",
        "new_lng": "18,03",
    }
    assert browser.post("/priorities", form).headers["location"] == f"/priorities?unit={NORTH}"
    assert held(world, NORTH) == {"haga", "Sjukhuset"}
    page = browser.get(f"/priorities?unit={NORTH}")
    assert "Sjukhuset (inom 300 meter)" in words(page)
    assert re.search(r'value="haga" checked', page.text)
    browser.post("/priorities", {"unit": NORTH, "geographic": ["rinkeby"]})
    assert held(world, NORTH) == {"rinkeby"}
    assert len(plan_facts.load_priorities(world.store, district=ROOT)) == 3  # what held before stays


def test_nobody_confirms_for_another_association(world: World) -> None:
    browser = world.with_role(Role.APPROVER, NORTH)
    browser.get("/priorities")
    assert browser.post("/priorities", {"unit": SOUTH, "geographic": ["haga"]}).status_code in (403, 404)
    assert browser.post("/priorities", {"unit": ROOT, "geographic": ["haga"]}).status_code in (403, 404)
    assert plan_facts.load_priorities(world.store, district=ROOT) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"geographic": ["nowhere"]},
        {"new_title": "X", "new_lat": "norr"},
        {"new_title": "X", "new_lat": "91", "new_lng": "0"},
    ],
)
def test_a_priority_that_cannot_be_is_refused_and_nothing_is_kept(
    world: World, browser: Browser, more: dict[str, Any]
) -> None:
    browser.get("/priorities")
    answer = browser.post("/priorities", {"unit": ROOT, **more})
    assert answer.status_code == 422, answer.text
    assert held(world, ROOT) == set()


# -- registers


def template_of(browser: Browser) -> bytes:
    answer = browser.get("/registers/activity_fund/template.csv")
    assert answer.status_code == 200
    return bytes(answer.content)


def test_a_register_with_two_bad_rows_takes_the_good_ones_and_lists_the_bad(
    world: World, browser: Browser
) -> None:
    assert "Har aldrig lästs in." in words(browser.get("/registers"))
    lines = template_of(browser).decode("utf-8-sig").replace("Partiföreningen Exempel", "Norr").splitlines()
    bad = lines[1].replace(lines[1].split(";")[0], "inte ett datum", 1)
    data = "\n".join([lines[0], lines[1], bad, bad]).encode()
    answer = browser.post("/registers/activity_fund", files={"file": ("fond.csv", data, "text/csv")})
    text = words(answer)
    assert "1 rad lästes in." in text and "Det som inte gick att förstå" in text
    assert answer.text.count('<th scope="row" class="n">') >= 2
    readings = registers.readings(world.store, district=ROOT)
    assert [(r.rows, r.who.partition(":")[0]) for r in readings] == [(1, "user")]
    strict = browser.post(
        "/registers/activity_fund", {"strict": "true"}, files={"file": ("fond.csv", data, "text/csv")}
    )
    assert "Inget lästes in." in words(strict, 422)
    assert len(registers.readings(world.store, district=ROOT)) == 1


def test_a_register_that_does_not_exist_a_missing_and_a_huge_file(world: World, browser: Browser) -> None:
    browser.get("/registers")
    assert browser.post("/registers/nothing", files={"file": ("a.csv", b"a", "text/csv")}).status_code == 404
    assert (
        browser.post("/registers/activity_fund", files={"file": ("a.csv", b"", "text/csv")}).status_code
        == 422
    )
    huge = b"x" * (10 * 1024 * 1024)
    assert (
        browser.post("/registers/activity_fund", files={"file": ("a.csv", huge, "text/csv")}).status_code
        == 413
    )
    assert registers.readings(world.store, district=ROOT) == []


# -- areas, callouts, reach


def test_areas_show_what_happens_where_nothing_does_and_what_would_help(
    world: World, browser: Browser
) -> None:
    assert "Inget område är prioriterat än." in words(browser.get("/areas"))
    drawn = tuple(
        replace(a, geometry=shapely.box(18 + n, 59, 19 + n, 60))
        for n, a in enumerate(world.configuration.areas.areas)
    )
    world.configure(replace(world.configuration, areas=replace(world.configuration.areas, areas=drawn)))
    picture(world, areas=AREAS)
    with world.store.writing() as session:
        session.add(
            Event(
                district=ROOT, organization=NORTH, id=500, title="Bokbord", starts=datetime(2026, 10, 13, 12)
            )
        )
    answer = browser.get("/areas")
    text = words(answer)
    assert (
        "Vita fläckar" in text
        and "41 dagar utan aktivitet" in text
        and "4 aktiviteter har ingen plats" in text
    )
    assert (
        answer.text.count("<path ") == 2 and 'class="white"' in answer.text and "<b>Tensta" not in answer.text
    )
    assert [r["held"] for r in browser.get("/api/v1/areas").json()["rows"]] == [0, 3]
    one = browser.get("/areas/haga")
    assert "Bokbord" in words(one) and "/events/500" in one.text
    assert browser.get("/areas/nowhere").status_code == 404
    own = world.with_role(Role.VIEWER, NORTH)
    assert "41 dagar" not in words(own.get("/areas"))


def test_callouts_show_the_need_and_what_came_of_asking(world: World, browser: Browser) -> None:
    text = words(browser.get("/callouts"))
    assert "Ingen förfrågan har gått ut än." in text and "Ingen aktivitet behöver fler just nu." in text
    picture(world, callouts=CALLOUTS)
    text = words(browser.get("/callouts"))
    assert "Affischering" in text and "Ingen vet var den är." in text
    assert "12 har aldrig tillfrågats" in text and "4,4" in text
    assert browser.get("/api/v1/needs").json()["rows"][0]["open"] == 4


def test_why_a_person_is_not_asked_is_answered_and_looking_is_written_down(
    world: World, browser: Browser
) -> None:
    assert "Den finns inte bland kommande aktiviteter." in words(
        browser.get("/callouts/why?person=7&event=5")
    )
    assert "event:5" in {e.subject for e in who(world.store, [Deed.SAW], district=ROOT)}


def test_reach_counts_per_association_and_lists_open_cases(world: World, browser: Browser) -> None:
    assert "Ingen studsbrevlåda har lästs än." in words(browser.get("/reach"))
    picture(world, reach={"units": {str(ROOT): REACH, str(NORTH): REACH}})
    with world.store.writing() as session:
        values = {"district": ROOT, "organization": NORTH, "person": 4711, "address": b"a" * 32}
        cases.open_case(
            session, now=world.time.now, state="unreachable", reason="unknown_user", status="5.1.1", **values
        )
    rows = browser.get("/api/v1/reach").json()["rows"]
    assert [(r["working"], r["unreachable"]) for r in rows] == [(176, 4), (176, 4)]
    page = browser.get("/reach/cases")
    assert "5.1.1" in words(page) and f"/organize/{NORTH}/people/4711" in page.text
    assert "Söder" not in words(world.with_role(Role.VIEWER, NORTH).get("/reach"))
    browser = world.with_role(Role.APPROVER, NORTH)
    browser.get("/reach/cases")
    assert browser.post("/reach/cases/1", {"unit": NORTH}).status_code == 303
    assert "Inget ärende är öppet." in words(browser.get("/reach/cases"))
    assert browser.post("/reach/cases/1", {"unit": NORTH}).status_code == 409
