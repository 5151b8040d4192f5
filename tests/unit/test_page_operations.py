"""The pages for running the service: jobs, mails as sent, log, settings; and the doors that need no login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests import webhook_calls as calls
from tests.page_world import KEY, NORTH, ROOT, Browser, World, page_world
from tests.unit.test_pages import words
from zetkin_sync.configuration import Recipient, Role
from zetkin_sync.mail.stopping import BY_ONE_CLICK, unsubscribe
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import MailKind, Often
from zetkin_sync.reports import stop_token
from zetkin_sync.store import controls, mailings
from zetkin_sync.store.access import Deed, verify, who


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with page_world(tmp_path, webhook_postmark=calls.SECRET) as made:
        yield made


@pytest.fixture
def browser(world: World) -> Browser:
    return world.log_in({ROOT: "admin"})


# -- jobs


def test_each_job_says_when_it_runs(browser: Browser) -> None:
    text = words(browser.get("/jobs"))
    assert "varje dag kl. 05:30" in text and "nästa tis 24 nov. kl. 05:30" in text
    assert "när detta är klart" in text


def test_a_job_is_paused_with_a_reason_until_a_day_and_resumed(world: World, browser: Browser) -> None:
    browser.get("/jobs")
    assert browser.post("/jobs/pull_zetkin/pause", {"why": "", "days": 3}).status_code == 422
    assert browser.post("/jobs/pull_zetkin/pause", {"why": "flytt", "days": 3}).status_code == 303
    switch = controls.switch(world.store, district=ROOT, name="pause:pull_zetkin")
    assert switch is not None and (switch.who, switch.why) == ("user:7", "flytt")
    text = words(browser.get("/jobs"))
    assert "är pausad till" in text and "”flytt”" in text and "Kim Exempel" in text
    browser.post("/jobs/pull_zetkin/resume")
    assert controls.switch(world.store, district=ROOT, name="pause:pull_zetkin") is None
    browser.post("/jobs/pull_zetkin/resume")
    assert "var inte paus" in words(browser.get("/jobs"))
    assert [n.why for n in who(world.store, [Deed.CHANGED], district=ROOT)] == ["resumed", "paused"]


def test_everything_is_stopped_by_one_button_and_started_by_an_approver(
    world: World, browser: Browser
) -> None:
    browser.get("/jobs")
    browser.post("/stop", {"why": "fel text"})
    assert controls.halted(world.store, district=ROOT) is not None
    assert "Alla utskick är stoppade." in words(browser.get("/jobs"))
    browser.post("/start")
    assert controls.halted(world.store, district=ROOT) is None


def test_a_job_that_is_not_there_is_not_paused(world: World, browser: Browser) -> None:
    browser.get("/jobs")
    assert browser.post("/jobs/no_such/pause", {"why": "x"}).status_code == 404
    assert controls.switches(world.store, district=ROOT) == []


# -- mails


def test_a_mail_is_shown_as_it_was_sent_and_can_do_nothing(world: World, browser: Browser) -> None:
    number = world.letter()
    answer = browser.get(f"/mails/{number}")
    assert "v. 48: <b>Bokbord</b> 31 av 40" in words(answer) and "<b>Bokbord" not in answer.text
    assert "Hej i text" in answer.text and "sandbox" in answer.text
    frame = browser.get(f"/mails/{number}/as-sent")
    assert frame.headers["content-security-policy"].startswith("default-src 'none'")
    assert (
        "sandbox" in frame.headers["content-security-policy"]
        and "script-src" not in frame.headers["content-security-policy"]
    )


def test_mails_can_be_narrowed_and_an_association_sees_its_own(world: World, browser: Browser) -> None:
    world.letter(kind="monthly", slot="m")
    world.letter()
    world.letter(unit=NORTH)
    assert len(browser.get("/api/v1/mails").json()["rows"]) == 3
    assert len(browser.get("/api/v1/mails?kind=monthly").json()["rows"]) == 1
    assert browser.get("/api/v1/mails?kind=nonsense").status_code == 422
    north = world.log_in({NORTH: "admin"})
    assert [r["to"] for r in north.get("/api/v1/mails").json()["rows"]] == ["styrelsen i Norr"]


# -- log and settings


def test_the_log_says_who_did_what_by_name_and_holds(world: World, browser: Browser) -> None:
    browser.get("/jobs")
    browser.post("/jobs/pull_zetkin/pause", {"why": "flytt"})
    text = words(browser.get("/log"))
    assert "Kim Exempel" in text and "page jobs.pause" in text and "job:pull_zetkin" in text
    assert len(browser.get("/api/v1/log?deed=entered").json()["rows"]) == 1
    assert verify(world.store, district=ROOT, keys=world.settings.keys).wrong == ()


def test_the_settings_show_what_is_in_force_and_no_secret(world: World, browser: Browser) -> None:
    answer = browser.get("/settings")
    assert "schedule.toml" in answer.text and "jobs.pull_zetkin" in answer.text
    everything = answer.text + browser.get("/data/settings.csv").text
    for secret in (KEY, calls.SECRET, world.totp, world.configuration.access.users[0].totp):
        assert secret not in everything


# -- doors without a login


def test_a_providers_call_is_checked_over_its_bytes_and_stored(world: World) -> None:
    district = world.configuration.district.model_copy(
        update={"connectors": {"mailer": "folder", "webhook_postmark": "webhooks.postmark"}}
    )
    world.configure(replace(world.configuration, district=district))
    client = world.browser().client
    good = {"authorization": calls.BASIC["authorization"]}
    assert client.post("/webhooks/postmark", content=calls.postmark()).status_code == 403
    assert client.post("/webhooks/postmark", content=calls.postmark(), headers=good).status_code == 200
    assert client.post("/webhooks/nobody", content=b"{}").status_code == 404
    assert client.post("/webhooks/postmark", content=b"x" * 300_000).status_code == 413


def test_a_stopped_mail_is_given_back_on_the_page_where_the_mail_leads(world: World) -> None:
    board = Recipient(role="association_board", address="styrelsen@norr.se", unit="Norr")
    office = Recipient(role="district_office", address="kansliet@distriktet.se")
    world.configure(replace(world.configuration, recipients=(office, board)))
    identity = address_hash(world.settings.key, "styrelsen@norr.se")
    stop = stop_token.Stop(district=ROOT, kind=MailKind.WEEKLY, recipient=identity)
    unsubscribe(world.store, stop_token.make(world.settings.key, stop), world.settings.keys)
    chair = world.with_role(Role.APPROVER, NORTH)
    shown = chair.get(f"/often?unit={NORTH}")
    assert "styrelsen i Norr" in words(shown) and "kansliet" not in words(shown)
    assert "norr.se" not in shown.text
    assert re.search(r'value="never" selected', shown.text)
    form = {"unit": NORTH, "reader": identity.hex(), "kind": "weekly"}
    for wrong in (
        {"how": "hourly"},
        {"how": "month", "kind": "decision"},
        {"how": "usual", "reader": "0" * 64},
    ):
        assert chair.post("/often", form | wrong).status_code in (404, 422)
    assert chair.post("/often", form | {"how": "usual"}).status_code == 303
    assert mailings.choices(world.store, district=ROOT) == {(identity, MailKind.WEEKLY): Often.USUAL}
    told = who(world.store, [Deed.CHANGED], district=ROOT)
    assert [(n.who, n.why) for n in told] == [
        ("user:7", "how often: usual"),
        ("service", "asked by who got the mail"),
    ]


def test_a_mails_stop_link_asks_and_one_click_stops(world: World) -> None:
    stop = stop_token.Stop(district=ROOT, kind=MailKind.WEEKLY, recipient=b"r" * 32)
    token = stop_token.make(world.settings.key, stop)
    client = world.browser().client
    assert "Vill du inte ha fler" in words(client.get(f"/mail/stop/{token}"))
    assert mailings.choices(world.store, district=ROOT) == {}
    answer = client.post(
        f"/mail/stop/{token}",
        data={"List-Unsubscribe": "One-Click"},
        headers={"origin": "https://mail.example"},
    )
    assert "Inga fler mejl" in words(answer)
    assert mailings.choices(world.store, district=ROOT) == {(b"r" * 32, MailKind.WEEKLY): Often.NEVER}
    assert BY_ONE_CLICK
    assert client.get("/mail/stop/forged").status_code == 400
    assert re.search("Traceback", client.post("/mail/stop/forged").text) is None
