"""Whoever asked for a run is told what it came to: once, at a configured address, and never of the clock's own runs."""

from __future__ import annotations

from typing import Any

import pytest

from jobs import send_results
from tests.mail_world import MailWorld, why
from zetkin_sync.configuration import Access
from zetkin_sync.mail.delivery import STOPPED
from zetkin_sync.mail.stopping import unsubscribe
from zetkin_sync.records import MailKind, RunState
from zetkin_sync.store.engine import Store

ACCOUNT = {"name": "kansliet", "address": "kansliet@distriktet.se", "totp": "x"}
OFFICE = {
    "role": "district_office",
    "address": "expeditionen@distriktet.se",
    "language": "en",
    "asks": ["user:7"],
}


@pytest.fixture
def world(sqlite_store: Store) -> MailWorld:
    return MailWorld(
        sqlite_store, recipients=[OFFICE], access=Access.model_validate({"user": [ACCOUNT]}), reply_to=None
    )


def sent(world: MailWorld) -> list[tuple[str, str]]:
    return [(m["To"], m["Subject"]) for m, *_ in world.mailer.mails]


def text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def test_who_asked_is_told_once_and_nobody_of_the_clocks_runs(world: MailWorld) -> None:
    world.ran(
        "pull_zetkin", RunState.PARTIAL, asked_by="account:kansliet", why="No answer.", counts='{"new": 3}'
    )
    world.ran("reconcile", RunState.OK, asked_by="user:7")
    world.ran("reconcile", RunState.OK)
    world.ran("reconcile", RunState.OK, asked_by="user:8")
    assert world.run(send_results.run).counts == {"sent": 2}
    assert sent(world) == [
        ("kansliet@distriktet.se", "Hämtningen från Zetkin: delvis klar"),
        ("expeditionen@distriktet.se", "The check against the plan: done"),
    ]
    told = text(world.mailer.mails[0][0])
    assert "No answer." in told and "nya" in told and "https://sidan.example.org/runs/1" in told
    assert world.run(send_results.run).counts == {"already": 2}
    assert [(r.role, r.slot) for r in world.ledger()] == [("asker", "run-1"), ("district_office", "run-2")]


def test_a_run_under_way_or_long_over_is_not_told_of(world: MailWorld) -> None:
    world.ran("pull_zetkin", RunState.RUNNING, asked_by="account:kansliet")
    world.ran("reconcile", asked_by="account:kansliet")
    world.passes(hours=25)
    assert world.run(send_results.run).counts == {}
    assert sent(world) == []


def test_the_mail_can_be_stopped_by_who_gets_it(world: MailWorld) -> None:
    world.ran("reconcile", asked_by="account:kansliet")
    world.run(send_results.run)
    stop = world.mailer.mails[0][0]["List-Unsubscribe"].strip("<>")
    assert (
        unsubscribe(world.store, stop.rpartition("/")[2], world.known.settings.keys).kind == MailKind.RESULT
    )
    world.passes(minutes=5)
    world.ran("reconcile", asked_by="account:kansliet")
    assert world.run(send_results.run).counts == {"already": 1, "skipped": 1}
    assert [why(r) for r in world.ledger() if r.state == "skipped"] == [STOPPED]


def test_who_is_no_account_any_more_gets_nothing(world: MailWorld) -> None:
    world.ran("reconcile", asked_by="account:kansliet")
    world.access = Access()
    assert world.run(send_results.run).counts == {}
