"""The one link that acts without a login: posted to it stops one kind of mail for one recipient, and nothing else."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from jobs import send_alarms, send_status
from tests.installations import finder
from tests.mail_world import KEY, ROOT, MailWorld
from tests.unit.test_mail_jobs import broken
from zetkin_sync.mail.choosing import Wish, choose, wishes
from zetkin_sync.mail.stopping import unsubscribe
from zetkin_sync.records import MailKind, Often
from zetkin_sync.reports.stop_token import ONE_CLICK
from zetkin_sync.runner import Installation
from zetkin_sync.store import mailings
from zetkin_sync.store.access import Deed
from zetkin_sync.store.access import who as who_
from zetkin_sync.store.engine import Store
from zetkin_sync.web.app import create_app

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world(sqlite_store: Store) -> MailWorld:
    world = MailWorld(sqlite_store)
    broken(world)
    return world


@pytest.fixture
def page(world: MailWorld) -> TestClient:
    known = world.known
    installation = Installation(known.settings, (known.configuration,), world.store, finder())
    return TestClient(create_app(installation), base_url=known.settings.page_url)


def header(world: MailWorld, number: int = 0) -> str:
    """The address in a sent mail's List-Unsubscribe."""
    mail = world.mailer.mails[number][0]
    assert mail["List-Unsubscribe-Post"] == ONE_CLICK
    return str(mail["List-Unsubscribe"]).strip("<>")


def often(world: MailWorld) -> dict[tuple[bytes, str], Often]:
    return dict(mailings.choices(world.store, district=ROOT))


def test_one_click_from_a_mail_program_stops_that_mail_for_that_reader(
    world: MailWorld, page: TestClient
) -> None:
    world.run(send_status.run)
    answer = page.post(header(world), content=ONE_CLICK, headers=FORM)
    assert answer.status_code == 200
    assert list(often(world).values()) == [Often.NEVER]
    world.passes(days=7)
    world.run(send_status.run)
    assert [r.state for r in world.ledger(slot="2026-W49")] == ["skipped", "sent", "sent"]
    assert [r.state for r in world.ledger(slot="2026-W48")] == ["sent"] * 3
    world.run(send_alarms.run)
    assert {to for _, _, to in world.mailer.mails[5:]} == {
        "expeditionen@distriktet.se",
        "teknik@distriktet.se",
    }


def test_opening_the_link_or_a_scanner_that_posts_something_else_stops_nothing(
    world: MailWorld, page: TestClient
) -> None:
    world.run(send_status.run)
    address = header(world)
    for answer in (
        page.get(address),
        page.post(address),
        page.post(address, data={"x": "y"}),
        page.post(address, content="List-Unsubscribe=No", headers=FORM),
    ):
        assert answer.status_code == 200
    page.head(address)
    assert often(world) == {}
    shown = page.get(address)
    assert "Vill du inte ha fler" in shown.text
    assert 'method="post"' in shown.text
    assert "expeditionen" not in shown.text


def test_the_button_says_the_same_as_one_click_and_twice_is_once(world: MailWorld, page: TestClient) -> None:
    world.run(send_status.run)
    for _ in range(2):
        answer = page.post(header(world), data={"List-Unsubscribe": "One-Click"})
        assert "Inga fler mejl" in answer.text
    assert len(often(world)) == 1


def test_a_mail_program_that_sends_it_in_parts_is_understood(world: MailWorld, page: TestClient) -> None:
    """RFC 8058 §3.1 allows multipart/form-data."""
    world.run(send_status.run)
    assert page.post(header(world), files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert len(often(world)) == 1


@pytest.mark.parametrize("token", ["x", "A" * 500, "å", "..%2f..", "%00"])
def test_another_address_stops_nothing_and_says_what_to_do(
    token: str, world: MailWorld, page: TestClient
) -> None:
    for answer in (
        page.get(f"/mail/stop/{token}"),
        page.post(f"/mail/stop/{token}", content=ONE_CLICK, headers=FORM),
    ):
        assert answer.status_code in (400, 404)
    assert often(world) == {}


def test_a_mail_shown_on_the_page_cannot_be_stopped_by_who_looks_at_it(world: MailWorld) -> None:
    world.run(send_status.run)
    token = header(world).rpartition("/")[2]
    for row in world.ledger():
        body = mailings.body(row)
        assert body is not None
        assert token not in "".join(body)
        assert "/mail/stop/" not in "".join(body)


def choices(world: MailWorld) -> dict[tuple[str, str], Wish]:
    found = wishes(world.store, world.configuration, world.known.settings)
    return {(wish.role, wish.kind): wish for wish in found}


def test_a_stop_is_undone_by_who_may_and_not_by_who_holds_the_old_mail(
    world: MailWorld, page: TestClient
) -> None:
    world.run(send_status.run)
    address = header(world)
    page.post(address, content=ONE_CLICK, headers=FORM)
    for said in ("List-Unsubscribe=No", "often=usual", ONE_CLICK):
        page.post(address, content=said, headers=FORM)
    stopped = choices(world)["district_office", MailKind.WEEKLY]
    assert (stopped.often, stopped.chosen) == (Often.NEVER, True)
    for _ in range(2):
        choose(world.store, stopped, Often.USUAL, district=ROOT, who="user:7", what="page often.choose")
    world.passes(days=7)
    world.run(send_status.run)
    assert [r.state for r in world.ledger(slot="2026-W49")] == ["sent"] * 3
    told = who_(world.store, [Deed.CHANGED], district=ROOT)
    assert [(n.who, n.subject, n.why) for n in told] == [
        ("user:7", "mail:weekly:district_office:1", "how often: usual"),
        ("service", "mail:weekly", "asked by who got the mail"),
    ]


def test_a_token_from_before_the_key_was_changed_still_stops_the_mail(world: MailWorld) -> None:
    """And what was chosen stays chosen when the former key is gone."""
    token = world.readers()[0].reader.stop.rpartition("/")[2]
    world.key, world.former_key = "n" * 40, KEY
    unsubscribe(world.store, token, world.known.settings.keys)
    wishes = [reader.wants(MailKind.WEEKLY) for reader in world.readers()]
    assert wishes == [Often.NEVER, Often.USUAL, Often.USUAL]
    world.run(send_status.run)
    world.former_key = None
    assert choices(world)["district_office", MailKind.WEEKLY].often is Often.NEVER
    assert [reader.wants(MailKind.WEEKLY) for reader in world.readers()] == wishes


def test_nobody_gets_the_weeks_mail_again_because_the_key_was_changed(world: MailWorld) -> None:
    world.run(send_status.run)
    world.key, world.former_key = "n" * 40, KEY
    world.run(send_status.run)
    world.former_key = None
    world.run(send_status.run)
    assert len(world.mailer.mails) == 3
    assert {row.recipient for row in world.ledger()} == {reader.identity for reader in world.readers()}
