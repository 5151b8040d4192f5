"""The plan's days in people's own calendars: what the file says, who gets it, and how a link ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests.page_world import NORTH, ROOT, Browser, World, page_world
from tests.plan_world import DAYS, picture, with_plan
from zetkin_sync.configuration import Access, Role
from zetkin_sync.reports.ical import OCTETS, Entry, written
from zetkin_sync.store.access import Deed, who

AT = datetime(2026, 11, 23, 5, tzinfo=UTC)


def read(raw: bytes) -> list[Any]:
    return list(Calendar.from_ical(raw).walk("VEVENT"))


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])), st.text("a,;\\\nå€😀", max_size=300)
)
def test_another_program_reads_every_text_back_and_no_line_is_too_long(title: str, text: str) -> None:
    entry = Entry(uid="a@b", day=date(2027, 3, 8), title=title, text=text, address="https://plan.example/x")
    raw = written([entry], title="Distriktet", language="sv", at=AT)
    assert max(len(line) for line in raw.split(b"\r\n")) <= OCTETS
    (found,) = read(raw)
    assert str(found["DESCRIPTION"]) == text
    assert str(found["SUMMARY"]) == "".join(c for c in title if c.isprintable())
    assert (found.decoded("DTSTART"), found.decoded("DTEND")) == (date(2027, 3, 8), date(2027, 3, 9))
    assert found.decoded("DTSTAMP") == AT


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with page_world(tmp_path) as made:
        with_plan(made)
        picture(made, days=DAYS)
        yield made


def link_of(browser: Browser) -> str | None:
    found = re.search(r'readonly value="http://127.0.0.1:8000([^"]+)"', browser.get("/calendar").text)
    return found[1] if found else None


def subscribed(world: World) -> tuple[Browser, str]:
    browser = world.log_in({ROOT: "admin"})
    assert link_of(browser) is None
    assert browser.post("/calendar/link").headers["location"] == "/calendar"
    link = link_of(browser)
    assert link is not None
    return browser, link


def test_the_page_shows_the_days_and_gives_them_as_a_file(world: World) -> None:
    browser = world.with_role(Role.VIEWER, NORTH)
    text = browser.get("/calendar").text
    assert (
        "mån\N{NO-BREAK SPACE}8\N{NO-BREAK SPACE}mars" in text
        and "ange en kontakt" in text
        and "publicera" not in text
    )
    answer = browser.get("/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    (found,) = read(answer.content)  # the day that has no date is not in a calendar
    assert found["UID"] == f"march-8.2027.2023-2025.{ROOT}@zetkin-sync"
    assert found["URL"].endswith("/goals/march-8")
    assert "Senast fre 5 feb.: ange en kontakt." in found["DESCRIPTION"]
    assert read(browser.get("/calendar.ics").content)[0]["UID"] == found["UID"]
    assert browser.get("/api/v1/days").json()["rows"][0]["due"] == "2027-02-05"


def test_a_calendar_program_follows_the_link_without_a_login(world: World) -> None:
    _, link = subscribed(world)
    stranger = world.browser()
    (found,) = read(stranger.get(link).content)
    assert "Planen: ”" in found["DESCRIPTION"]
    assert "The plan: “" in read(stranger.get(link.replace("/sv.ics", "/en.ics")).content)[0]["DESCRIPTION"]
    assert stranger.get("/calendar").status_code == 303
    assert stranger.get("/calendar.ics").status_code == 303
    token = link.split("/")[2]
    assert stranger.get(link.replace(token, "0" * 64)).status_code == 404
    assert "user:7" not in link
    assert [e.subject for e in who(world.store, [Deed.CHANGED], district=ROOT)] == [""]


def test_a_link_ends_when_its_owner_says_so_or_makes_another(world: World) -> None:
    browser, first = subscribed(world)
    browser.post("/calendar/link")
    second = link_of(browser)
    assert second is not None
    stranger = world.browser()
    assert [stranger.get(link).status_code for link in (first, second)] == [404, 200]
    browser.post("/calendar/link/end")
    assert link_of(browser) is None
    assert stranger.get(second).status_code == 404


def test_a_link_outlives_the_next_login_and_not_the_role(world: World) -> None:
    _, link = subscribed(world)
    stranger = world.browser()
    world.log_in({ROOT: "admin"})
    assert stranger.get(link).status_code == 200
    world.zetkin.roles = {}
    browser = world.browser()
    browser.get("/login")
    state = browser.get("/login/zetkin").headers["location"].rpartition("state=")[2]
    assert browser.get(f"/login/zetkin/back?code=good&state={state}").status_code == 403
    assert stranger.get(link).status_code == 404


def test_a_link_of_an_account_ends_with_the_account(world: World) -> None:
    browser = world.browser()
    browser.get("/login")
    browser.post("/login/link", {"address": "kansliet@distriktet.example"})
    secret = re.search(r"/login/link/(\S+)", world.mails()[-1].get_content())
    assert secret is not None
    browser.get(f"/login/link/{secret[1]}")
    code = pyotp.TOTP(world.totp).at(world.time.now)
    assert browser.post(f"/login/link/{secret[1]}", {"code": code}).status_code == 303
    browser.get("/calendar")
    browser.post("/calendar/link")
    link = link_of(browser)
    assert link is not None
    assert world.browser().get(link).status_code == 200
    world.configure(replace(world.configuration, access=Access()))
    assert world.browser().get(link).status_code == 404
