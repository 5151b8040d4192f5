"""The whole way of an organizer on a phone: from the simulator's login page to a change that is carried out in Zetkin.

It is walked with JavaScript and without, over the same district and the same run of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.browser.conftest import Window
from tests.browser.served import listening
from zetkin_sync.apply.decide import put_up
from zetkin_sync.changes import from_json
from zetkin_sync.demo import keeping, loop
from zetkin_sync.records import Person, PlanState, StoredPlan
from zetkin_sync.runner import Installation
from zetkin_sync.store import attestations, mailings, plans, reading, registers
from zetkin_sync.web.app import create_app

REGISTER = (
    "Förening;Egen lokal;Datum\n"
    "{title};ja;2026-02-01\n"
    "Föreningen som inte finns;ja;2026-02-01\n"
    "{title};kanske;2026-03-01\n"
)


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
    assert "/login" in page.url
    page.get_by_role("link", name="Logga in med Zetkin").click()
    page.locator("select[name=username]").select_option(who)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(installation.settings.page_url + path)


def run(page: Page, job: str) -> None:
    """Start a job on the page and watch it to its end."""
    page.get_by_role("link", name="Körningar", exact=True).click()
    page.locator(f"form:has(input[value={job}]) button").click()
    page.wait_for_url(re.compile(r"/runs/\d+$"))
    page.locator("#progress .state:is(.ok, .partial)").wait_for(timeout=90_000)


def approve(page: Page, installation: Installation) -> int:
    """Read the first proposal that waits, look at whom it concerns, approve it; its number."""
    page.get_by_role("link", name="Översikt", exact=True).click()
    page.get_by_role("link", name=re.compile("Läs och ta ställning")).first.click()
    number = int(page.url.rpartition("/")[2])
    assert page.locator("ul.diff li").count() >= 1
    page.get_by_role("link", name=re.compile(r"^\d+ person")).first.click()
    assert page.locator("ol li a").first.is_visible(), "names come from Zetkin"
    page.get_by_role("link", name="Tillbaka till förslaget").click()
    page.get_by_role("button", name=re.compile("^Godkänn")).click()
    page.get_by_role("status").get_by_text("Godkänt.").wait_for()
    row = plans.plan_of(installation.store, number)
    assert row is not None and row.state == PlanState.APPROVED
    return number


def put_up_another(installation: Installation, like: StoredPlan) -> None:
    """The same for somebody else: what was proposed first is done already."""
    plan = from_json(like.body)
    tag = next(change for change in plan.changes if change.verb == "tag")
    place = {"district": plan.district, "organization": tag.organization}
    had = {change.person for change in plan.changes}
    person = next(p for p in reading.ids(installation.store, Person, **place) if p not in had)
    change = replace(tag, person=person, key=f"{tag.key}:{person}")
    now = installation.store.now()
    with installation.store.writing() as session:
        put_up(session, replace(plan, changes=(change,), made=now, expires=now + timedelta(days=2)))


def see_it_done(page: Page, installation: Installation, number: int) -> None:
    page.goto(f"{installation.settings.page_url}/plans/{number}")
    assert page.get_by_text("utfört", exact=True).first.is_visible()
    row = plans.plan_of(installation.store, number)
    assert row is not None and row.state == PlanState.APPLIED


def attest(page: Page, installation: Installation) -> None:
    """Say of a goal that nobody has said anything about that it is done."""
    page.get_by_role("link", name="Bekräfta", exact=True).click()
    page.get_by_role("row").filter(has_text="okänt").get_by_role("link").first.click()
    goal = page.url.rpartition("/")[2]
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Anteckna").click()
    page.get_by_role("status").wait_for()
    root = installation.configurations[0].root
    assert [a.goal for a in attestations.history(installation.store, district=root, goal=goal)] == [goal]


def upload(page: Page, installation: Installation) -> None:
    """A register with one good row and two bad ones."""
    configuration = installation.configurations[0]
    title = next(a.title for a in configuration.associations if a.id != configuration.root)
    before = len(registers.readings(installation.store, district=configuration.root))
    page.get_by_role("link", name="Register", exact=True).click()
    form = page.locator("form[action='/registers/premises']")
    content = REGISTER.format(title=title).encode()
    form.locator("input[type=file]").set_input_files(
        {"name": "lokaler.csv", "mimeType": "text/csv", "buffer": content}
    )
    form.locator("button").click()
    assert page.get_by_role("status").inner_text() == "1 rad lästes in. 2 celler gick inte att förstå."
    assert page.get_by_role("row").filter(has_text=re.compile("^[34]")).count() == 2
    assert len(registers.readings(installation.store, district=configuration.root)) == before + 1


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_whole_way_from_the_login_to_a_change_in_zetkin(
    district: Installation, window: Window, javascript: bool
) -> None:
    page = window(width=360, javascript=javascript)
    log_in(page, district, "admin")
    assert page.get_by_text("Ada Adminsson").is_visible()
    run(page, "pull_zetkin")
    root = district.configurations[0].root
    earlier = plans.plans(district.store, district=root, limit=1)
    if earlier:
        put_up_another(district, earlier[0])
    else:
        run(page, "reconcile")
    run(page, "send_decisions")
    number = approve(page, district)
    run(page, "apply_changes")
    see_it_done(page, district, number)
    attest(page, district)
    upload(page, district)
    sent = mailings.mailings(district.store, district=root, kind="decision")
    assert any(f"/plans/{number}\n" in body[1] for mail in sent if (body := mailings.body(mail)))
    stranger = window(width=360, javascript=javascript)
    log_in(stranger, district, "organizer", f"/plans/{number}")  # past the login to what the mail is about
    assert stranger.get_by_role("heading", level=1, name=f"Förslag {number}").is_visible()


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
