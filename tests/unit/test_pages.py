"""The pages: what an organizer reads and does on them, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.page_world import NORTH, ROOT, Browser, World, page_world
from zetkin_sync.language import say
from zetkin_sync.records import Event, PlanState, RunState
from zetkin_sync.store import claims, controls, ledger, plans
from zetkin_sync.store.access import Deed, who

ADMIN = {ROOT: "admin"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with page_world(tmp_path) as made:
        yield made


@pytest.fixture
def browser(world: World) -> Browser:
    return world.log_in(ADMIN)


def words(answer: Any) -> str:
    """The text of a page as one line."""
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text))).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def row(world: World, plan: int) -> Any:
    found = plans.plan_of(world.store, plan)
    assert found is not None
    return found


# -- overview


def test_the_overview_says_that_nothing_waits(browser: Browser) -> None:
    text = words(browser.get("/"))
    assert "Väntar på beslut (0) Inget väntar på beslut." in text
    assert "Planen har inte jämförts med Zetkin än." in text


def test_the_overview_shows_what_waits_and_what_is_broken(world: World, browser: Browser) -> None:
    world.plan()
    for _ in range(3):
        world.run(slot=world.time.now)
        claim = claims.claim(world.store, owner="w", lease=timedelta(minutes=1))
        assert claim is not None
        with world.store.writing() as session:
            claims.finish(
                session,
                claim,
                state=RunState.FAILED,
                counts={},
                notes=[say("Zetkin does not answer just now.")],
                at=world.time.now,
            )
        world.time.pass_by(minutes=1)
    controls.turn_on(world.store, district=ROOT, name="stop", who="user:7")
    controls.turn_on(world.store, district=ROOT, name="pause:pull_zetkin", who="user:7")
    text = words(browser.get("/"))
    assert "Väntar på beslut (1)" in text and "Gäller 3 personer." in text and "Läs och ta ställning" in text
    assert "står still. Zetkin svarar inte just nu." in text
    assert "är pausad sedan" in text and "stoppat" in text.lower()


def test_an_association_sees_its_own(world: World) -> None:
    world.plan()
    mine = world.plan(unit=NORTH)
    text = words(world.log_in({NORTH: "admin"}).get("/plans"))
    assert "Väntar på beslut (1)" in text
    assert f"/plans/{mine}" in world.log_in({NORTH: "admin"}).get("/").text


# -- proposals


def test_a_proposal_shows_each_kind_of_change_with_its_reason_and_number(
    world: World, browser: Browser
) -> None:
    text = words(browser.get(f"/plans/{world.plan(people=12)}"))
    assert "12 personer får en tagg : Lives in <b>Haga</b>." in text.replace(" :", " :")
    assert "Godkänn 12 ändringar" in text


def test_titles_that_others_wrote_are_text_and_not_html(world: World, browser: Browser) -> None:
    assert "<b>Haga" not in browser.get(f"/plans/{world.plan()}").text


def test_approving_writes_what_is_to_be_done_once(world: World, browser: Browser) -> None:
    plan = world.plan()
    browser.get(f"/plans/{plan}")
    form = {"fingerprint": row(world, plan).fingerprint, "why": "bra"}
    assert browser.post(f"/plans/{plan}/approve", form).headers["location"] == f"/plans/{plan}"
    assert row(world, plan).state == PlanState.APPROVED
    text = words(browser.get(f"/plans/{plan}"))
    assert (
        "Godkänt. Det utförs inom några minuter." in text
        and "Kim Exempel, godkänt : ”bra”" in text.replace("godkänt:", "godkänt :")
    )
    assert browser.post(f"/plans/{plan}/approve", form).status_code == 409
    assert [(n.who, n.what) for n in who(world.store, [Deed.CHANGED], district=ROOT)] == [
        ("user:7", "page proposals.approve")
    ]


def test_rejecting_needs_a_reason(world: World, browser: Browser) -> None:
    plan = world.plan()
    browser.get(f"/plans/{plan}")
    form = {"fingerprint": row(world, plan).fingerprint}
    assert browser.post(f"/plans/{plan}/reject", {**form, "why": "  "}).status_code == 422
    assert row(world, plan).state == PlanState.PROPOSED
    assert browser.post(f"/plans/{plan}/reject", {**form, "why": "fel område"}).status_code == 303
    assert row(world, plan).state == PlanState.REJECTED


def test_a_proposal_that_is_not_the_one_that_was_read_is_not_approved(world: World, browser: Browser) -> None:
    plan = world.plan()
    browser.get(f"/plans/{plan}")
    answer = browser.post(f"/plans/{plan}/approve", {"fingerprint": "0" * 16})
    assert answer.status_code == 409 and "ändrats" in answer.text
    assert row(world, plan).state == PlanState.PROPOSED


def test_an_expired_proposal_is_refused(world: World, browser: Browser) -> None:
    plan = world.plan(hours=0.1)
    browser.get(f"/plans/{plan}")
    world.time.pass_by(minutes=10)
    answer = browser.post(f"/plans/{plan}/approve", {"fingerprint": row(world, plan).fingerprint})
    assert answer.status_code == 409
    assert "Godkänn" not in words(browser.get(f"/plans/{plan}"))


def test_a_replaced_proposal_is_refused(world: World, browser: Browser) -> None:
    old = world.plan(people=3)
    browser.get(f"/plans/{old}")
    world.plan(people=4)
    answer = browser.post(f"/plans/{old}/approve", {"fingerprint": row(world, old).fingerprint})
    assert answer.status_code == 409


def test_the_button_of_a_mail_says_how_many_get_it(world: World, browser: Browser) -> None:
    plan = world.mail_plan()
    answer = browser.get(f"/plans/{plan}")
    assert "Godkänn och skicka till 2 personer" in words(answer)
    assert f'src="/plans/{plan}/mails/0"' in answer.text
    assert "Anmäl dig" in browser.get(f"/plans/{plan}/mails/0").text


def test_names_come_from_zetkin_when_they_are_looked_at_and_that_is_noted(
    world: World, browser: Browser
) -> None:
    plan = world.plan(people=30)
    text = words(browser.get(f"/plans/{plan}/people"))
    assert "Person 100" in text and "Person 124" in text and "Person 125" not in text
    assert world.zetkin.names_asked == [(ROOT, tuple(range(100, 125)))]
    (noted,) = who(world.store, [Deed.SAW], district=ROOT)
    assert (noted.who, noted.people, noted.why) == ("user:7", 25, f"plan {plan}")
    assert "Person 125" in words(browser.get(f"/plans/{plan}/people?start=25"))


def test_the_audience_of_a_callout_says_what_each_is_asked_about_and_why(
    world: World, browser: Browser
) -> None:
    with world.store.writing() as session:
        session.add(
            Event(district=ROOT, organization=NORTH, id=5, title="Bokbord", starts=datetime(2026, 12, 1))
        )
    plan = world.mail_plan(asks={"101": [5], "102": [5, 6]}, chances={"101": 0.4})
    audience = browser.get(f"/plans/{plan}/people")
    text = words(audience)
    assert "Person 101 Bokbord" in text and "Sannolikhet att komma: hög" in text
    assert text.count("Bokbord · Varför") == 2 and "/callouts/why?person=102&amp;event=6" in audience.text
    why = words(browser.get("/callouts/why?person=101&event=5"))
    assert "Efter vad som är känt nu" in why


@pytest.mark.parametrize("number", ["0", "999", "9" * 30, "-1", "x"])
def test_a_proposal_that_is_not_there(browser: Browser, number: str) -> None:
    assert browser.get(f"/plans/{number}").status_code in (404, 422)


# -- runs


def test_a_run_is_asked_for_watched_and_stopped(world: World, browser: Browser) -> None:
    form = {"job": "pull_zetkin", "request": "abcdefgh"}
    browser.get("/runs")
    place = browser.post("/runs", form).headers["location"]
    answer = browser.get(place)
    assert "väntar" in words(answer) and 'http-equiv="refresh"' in answer.text
    assert "Kim Exempel" in words(answer)
    assert browser.post(f"{place}/stop").status_code == 303
    assert "Körningen avbröts." in words(browser.get(place))
    assert browser.post(f"{place}/stop").status_code == 409


def test_a_run_in_the_queue_says_how_many_are_before_it(world: World, browser: Browser) -> None:
    first, second = world.run(slot="a"), world.run(job="reconcile", slot="b")
    assert "Efter" not in words(browser.get(f"/runs/{first}"))
    assert "Efter 1 annan körning." in words(browser.get(f"/runs/{second}"))


def test_another_request_for_a_job_that_runs_waits_its_turn(world: World, browser: Browser) -> None:
    browser.get("/runs")
    for request in ("first-request", "second-request"):
        place = browser.post("/runs", {"job": "pull_zetkin", "request": request}).headers["location"]
    lease = timedelta(minutes=1)
    first = claims.claim(world.store, owner="w", lease=lease)
    assert first is not None and claims.claim(world.store, owner="x", lease=lease) is None
    text = words(browser.get(place))
    assert "väntar" in text and "Efter 1 annan körning." in text
    with world.store.writing() as session:
        claims.finish(session, first, state=RunState.OK, counts={}, notes=[], at=world.time.now)
    second = claims.claim(world.store, owner="x", lease=lease)
    assert second is not None and place == f"/runs/{second.run}"


def test_the_stream_sends_the_progress_and_then_that_it_is_over(world: World, browser: Browser) -> None:
    run = world.run()
    claim = claims.claim(world.store, owner="w", lease=timedelta(minutes=1))
    assert claim is not None
    claims.report(world.store, claim, step=say("Reading Zetkin …"), done=3, total=10)
    with world.store.writing() as session:
        claims.finish(
            session,
            claim,
            state=RunState.PARTIAL,
            counts={"read": 7},
            notes=[say("Log in again.")],
            at=world.time.now,
        )
    answer = browser.get(f"/runs/{run}/watch")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "delvis" in answer.text and "Logga in igen." in answer.text
    assert answer.text.rstrip().endswith("event: done") or "event: done" in answer.text


def test_older_runs_are_a_page_further(world: World, browser: Browser) -> None:
    for n in range(45):
        world.run(slot=n)
    assert 'href="/runs?before=6"' in browser.get("/runs").text
    assert len(ledger.runs(world.store, district=ROOT, before=6)) == 5


# -- language


def test_english_is_one_button_away(browser: Browser) -> None:
    browser.get("/plans")
    assert browser.post("/language", {"code": "en", "next": "/plans"}).headers["location"] == "/plans"
    answer = browser.get("/plans")
    assert '<html lang="en">' in answer.text and "Nothing waits for a decision." in words(answer)


def test_before_the_login_the_browser_says_which_language(world: World) -> None:
    assert "Log in" in words(world.browser().get("/login", headers={"accept-language": "en-GB,en;q=0.9"}))
    assert "Logga in" in words(world.browser().get("/login", headers={"accept-language": "fi"}))
