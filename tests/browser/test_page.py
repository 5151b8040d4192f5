"""The page in a real browser: light and dark, wide and narrow, with and without JavaScript; axe finds nothing."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Axe, Watch, Window, sideways
from tests.browser.served import served, working
from tests.page_world import NORTH, ROOT, World
from tests.plan_world import with_figures
from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import say
from zetkin_sync.records import PlanState
from zetkin_sync.store import controls, plans

PAGES = (
    "/",
    "/plans",
    "/plans/1",
    "/plans/1/people",
    "/plans/2",
    "/goals",
    "/goals/1",
    "/calendar",
    "/areas",
    "/areas/haga",
    "/callouts",
    "/callouts/why?person=7&event=5",
    "/reach",
    "/reach/cases",
    "/priorities",
    "/registers",
    "/confirm",
    "/confirm/education-strategy",
    "/runs",
    "/runs/1",
    "/jobs",
    "/mails",
    "/mails/1",
    "/often",
    "/log",
    "/settings",
    "/nowhere",
)
KIB = 1024
COLOURS = ("color-contrast", "link-in-text-block")
"""axe's rules that what is light or dark can break."""


@pytest.fixture
def served_world(tmp_path: Path) -> Iterator[tuple[World, str]]:
    with served(tmp_path) as made:
        yield made


def filled(world: World) -> None:
    """Something on every page."""
    with_figures(world)
    world.plan(people=12)
    world.mail_plan()
    world.run()
    world.letter()
    world.letter(unit=NORTH)
    controls.turn_on(world.store, district=ROOT, name="pause:reconcile", who="user:7", why="flytt")


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_role("button", name="Logga in utan lösenord").click()
    page.wait_for_url(f"{address}/")


@pytest.mark.parametrize("width", [1200, 360])
def test_nothing_hinders_anybody_on_any_page(
    served_world: tuple[World, str], window: Window, axe: Axe, watch: Watch, width: int
) -> None:
    """Each page is loaded once: small, soon there, light and then dark, where only colours are another's."""
    world, address = served_world
    filled(world)
    page = window(width=width)
    found = {}

    def look_at(path: str) -> None:
        for scheme, rules in (("light", None), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            found[path, scheme] = axe(page, only=rules)

    page.goto(f"{address}/login")
    look_at("/login")
    log_in(page, address)
    for path in PAGES:
        page.set_viewport_size({"width": width, "height": 800})
        answer = page.goto(address + path)
        assert answer is not None and len(answer.body()) < 60 * KIB, path
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        assert painted < 5000, path
        look_at(path)
        assert sideways(page) == 0, path
        page.set_viewport_size({"width": 320, "height": 800})
        assert sideways(page) == 0, (path, 320)
    assert {where: faults for where, faults in found.items() if faults} == {}
    watch.faults[:] = [f for f in watch.faults if "404" not in f]  # /nowhere is asked for on purpose


seen = threading.Event()
"""Set when a test has seen the run move: a slow browser must not come too late for it."""


def steps(context: Context) -> Outcome:
    """A job that takes its time, says how far it is, and does not end before somebody has seen that."""
    for done in range(8):
        context.progress(say("Reading Zetkin …"), done, 8)
        time.sleep(0.6)
    seen.wait(timeout=60)
    return Outcome(counts={"read": 8})


def with_jobs(world: World) -> Any:
    world.installation = replace(world.installation, job=lambda _name: steps)
    return working(world.installation)


def test_a_run_is_watched_while_it_moves(served_world: tuple[World, str], window: Window) -> None:
    world, address = served_world
    page = window(width=360)
    streams: list[str] = []
    page.on("request", lambda r: streams.append(r.url) if r.url.endswith("/watch") else None)
    log_in(page, address)
    seen.clear()
    with with_jobs(world):
        page.goto(f"{address}/runs")
        page.get_by_role("button", name=re.compile("Kör nu")).first.click()
        page.wait_for_url(re.compile(r"/runs/\d+$"))
        loads: list[str] = []
        page.on("load", lambda p: loads.append(p.url))
        page.get_by_text(re.compile(r"Hämtar från Zetkin …: \d / 8")).wait_for(timeout=40_000)
        seen.set()
        page.get_by_text("klar", exact=True).wait_for(timeout=40_000)
    assert page.locator("progress").count() == 0
    assert page.get_by_role("row", name=re.compile("lästa")).count() == 1
    assert len(streams) == 1 and loads == []


def test_without_javascript_the_page_follows_the_run_too(
    served_world: tuple[World, str], window: Window
) -> None:
    world, address = served_world
    page = window(javascript=False)
    log_in(page, address)
    seen.set()
    with with_jobs(world):
        page.goto(f"{address}/runs")
        page.get_by_role("button", name=re.compile("Kör nu")).first.click()
        page.get_by_text("klar", exact=True).wait_for(timeout=40_000)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_proposal_is_read_and_approved(
    served_world: tuple[World, str], window: Window, javascript: bool
) -> None:
    world, address = served_world
    plan = world.mail_plan()
    page = window(width=360, javascript=javascript)
    log_in(page, address)
    page.get_by_role("link", name=re.compile("Läs och ta ställning")).click()
    frame = page.frame_locator("iframe")
    assert frame.get_by_text("Anmäl dig").is_visible()
    page.get_by_role("button", name="Godkänn och skicka till 2 personer").click()
    page.get_by_role("status").get_by_text("Godkänt.").wait_for()
    row = plans.plan_of(world.store, plan)
    assert row is not None and row.state == PlanState.APPROVED


def test_a_mails_script_does_not_run_in_its_frame(
    served_world: tuple[World, str], window: Window, watch: Watch
) -> None:
    world, address = served_world
    number = world.letter(more="<script>alert(1)</script>")
    page = window()
    log_in(page, address)
    dialogs: list[str] = []
    page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    page.goto(f"{address}/mails/{number}")
    assert page.frame_locator("iframe").get_by_text("Hej").is_visible()
    assert dialogs == []
    blocked = [f for f in watch.faults if "Blocked script execution" in f or "Content Security Policy" in f]
    assert blocked and blocked == watch.faults
    watch.faults.clear()
