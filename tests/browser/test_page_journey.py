"""From the simulator's login page to a change that is carried out in Zetkin, as an organizer walks it on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Window
from tests.browser.served import listening
from zetkin_sync.demo import keeping, loop
from zetkin_sync.records import PlanState
from zetkin_sync.runner import Installation
from zetkin_sync.store import mailings, plans
from zetkin_sync.web.app import create_app


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A small synthetic district behind the simulator, nothing read yet; the page with a worker."""
    out = tmp_path_factory.mktemp("district")
    with loop.started(out, people=150, seed=3, associations=4, months=6) as demo:
        port = keeping.free_port(0)
        installation = keeping.with_login(demo, port=port)
        with keeping.working(installation), listening(create_app(installation), port):
            yield installation


def log_in(page: Page, installation: Installation, who: str, path: str = "/") -> None:
    page.goto(installation.settings.page_url + path)
    page.get_by_role("link", name="Logga in med Zetkin").click()
    page.locator("select[name=username]").select_option(who)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(installation.settings.page_url + path)


def run(page: Page, installation: Installation, job: str) -> None:
    """Start a job on the page and see it to its end."""
    page.goto(f"{installation.settings.page_url}/runs")
    page.locator(f"form:has(input[value={job}]) button").click()
    page.locator("#progress .state:is(.ok, .partial)").wait_for(timeout=90_000)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_log_in_pull_read_approve_and_see_it_done(
    district: Installation, window: Window, javascript: bool
) -> None:
    page = window(width=360, javascript=javascript)
    log_in(page, district, "admin")
    assert page.get_by_text("Ada Adminsson").is_visible()
    root = district.configurations[0].root
    run(page, district, "pull_zetkin")
    if not javascript:  # the whole way is walked once, by whoever comes first
        page.goto(f"{district.settings.page_url}/plans")
        assert page.get_by_role("heading", name=re.compile("Väntar på beslut")).is_visible()
        return
    run(page, district, "reconcile")
    run(page, district, "send_decisions")
    page.goto(district.settings.page_url)
    page.get_by_role("link", name=re.compile("Läs och ta ställning")).first.click()
    number = int(page.url.rpartition("/")[2])
    page.get_by_role("link", name=re.compile(r"^\d+ person")).first.click()
    assert page.locator("ol li a").first.is_visible(), "names come from Zetkin"
    page.go_back()
    page.get_by_role("button", name=re.compile("^Godkänn")).click()
    page.get_by_role("status").get_by_text("Godkänt.").wait_for()
    run(page, district, "apply_changes")
    page.goto(f"{district.settings.page_url}/plans/{number}")
    assert page.get_by_text("utfört", exact=True).first.is_visible()
    row = plans.plan_of(district.store, number)
    assert row is not None and row.state == PlanState.APPLIED
    assert plans.plans(district.store, district=root, states=[PlanState.APPROVED]) == []


@pytest.mark.parametrize("who", ["member", "foreign"])
def test_members_and_foreign_admins_stay_outside(
    district: Installation, window: Window, who: str, watch: object
) -> None:
    page = window()
    page.goto(district.settings.page_url)
    page.get_by_role("link", name="Logga in med Zetkin").click()
    page.locator("select[name=username]").select_option(who)
    page.get_by_role("button", name="Logga in").click()
    page.get_by_role("heading", name="Du har ingen roll i det här distriktet.").wait_for()
    watch.faults.clear()  # type: ignore[attr-defined] - the 403 that was meant


def test_a_mails_link_leads_past_the_login_to_what_it_is_about(
    district: Installation, window: Window
) -> None:
    page_url, root = district.settings.page_url, district.configurations[0].root
    if not mailings.mailings(district.store, district=root, kind="decision"):
        page = window(width=360)
        log_in(page, district, "admin")
        for job in ("pull_zetkin", "reconcile", "send_decisions"):
            run(page, district, job)
    sent = mailings.mailings(district.store, district=root, kind="decision")
    bodies = [b[1] for mail in sent if (b := mailings.body(mail))]
    path = next(found[1] for body in bodies if (found := re.search(r"https?://[^/\s]+(/plans/\d+)", body)))
    stranger = window(width=360)
    stranger.goto(page_url + path)
    assert "/login" in stranger.url
    stranger.get_by_role("link", name="Logga in med Zetkin").click()
    stranger.locator("select[name=username]").select_option("admin")
    stranger.get_by_role("button", name="Logga in").click()
    stranger.wait_for_url(page_url + path)
