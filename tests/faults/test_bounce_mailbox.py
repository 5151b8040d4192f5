"""The bounce mailbox on a real IMAP server, with everything that goes wrong there."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator

import pytest

from connectors import imap
from connectors.imap import Imap
from tests.bounce_mails import report, row, text
from tests.bounce_world import NOW, World
from tests.cutting_proxy import cutting_proxy
from tests.dovecot import Dovecot, dovecot
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.errors import ConfigError, NeedsHuman, Temporary
from zetkin_sync.records import RunState
from zetkin_sync.store.engine import Store

SENDING = {"sending": {"domains": ["forening.example"]}}


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> str:
    """A folder of the test's own on the shared server."""
    return f"T{zlib.crc32(request.node.name.encode())}"


@pytest.fixture
def world(sqlite_store: Store) -> World:
    made = World(sqlite_store, rules_file=BounceRules.model_validate({**SENDING, "batch": 7}))
    for n in range(30):
        made.member(f"m{n}@exempel.example")
    made.now = NOW.replace(year=2027)  # the server stamps mails with its own clock
    return made


def bounce(n: int) -> bytes:
    return report(row(f"m{n}@exempel.example"), identity=f"b{n}")


def opened(server: Dovecot, folder: str, *, move_to: str | None = None, port: int | None = None) -> Imap:
    return imap.connect(server.settings(port=port), folder=folder, move_to=move_to)


def test_every_mail_is_read_once_and_stays_unread(server: Dovecot, folder: str, world: World) -> None:
    server.put(
        [bounce(n) for n in range(20)] + [text("Hej!\n", sender="medlem@exempel.example", subject="Fråga")],
        folder=folder,
    )
    world.mailboxes["mailbox"] = opened(server, folder)
    outcome = world.run()
    assert (outcome.counts["mails"], outcome.counts["new"]) == (21, 20)
    assert server.unseen(folder) == 21
    assert world.run().counts["mails"] == 0
    server.put([bounce(21)], folder=folder)
    assert world.run().counts["mails"] == 1


def test_the_day_is_when_the_mailbox_got_the_mail(server: Dovecot, folder: str, world: World) -> None:
    server.put([bounce(0)], folder=folder)
    mail = next(iter(opened(server, folder).mails(None)))
    assert mail.received is not None
    assert abs(mail.received.timestamp() - time.time()) < 60


def test_a_folder_that_was_made_anew_is_read_again_and_nothing_counts_twice(
    server: Dovecot, folder: str, world: World
) -> None:
    mails = [bounce(n) for n in range(10)]
    server.put(mails, folder=folder)
    world.mailboxes["mailbox"] = opened(server, folder)
    world.run()
    server.make_anew(folder)
    server.put([*mails, bounce(11)], folder=folder)
    outcome = world.run()
    assert (outcome.counts["mails"], outcome.counts["known_before"], outcome.counts["new"]) == (11, 10, 1)
    assert world.events() == 11


def test_mails_are_moved_after_they_are_stored_when_the_configuration_says_so(
    server: Dovecot, folder: str, world: World
) -> None:
    question = text("Hej!\n", sender="medlem@exempel.example", subject="Fråga")
    server.put([bounce(0), question, bounce(1)], folder=folder)
    world.mailboxes["mailbox"] = opened(server, folder, move_to=f"{folder}-klart")
    outcome = world.run()
    assert (outcome.state, outcome.counts["new"]) == (RunState.OK, 2)
    assert (server.count(folder), server.count(f"{folder}-klart"), server.unseen(folder)) == (1, 2, 1)


def test_a_40_mb_mail_costs_a_mail_and_no_more(server: Dovecot, folder: str, world: World) -> None:
    attachment = b"--B\nContent-Type: application/octet-stream\n\n" + (b"A" * 76 + b"\r\n") * 520_000
    big = report(row("m0@exempel.example")).replace(b"--B--", attachment + b"--B--")
    server.put([big, bounce(1)], folder=folder)
    box = opened(server, folder)
    assert max(len(mail.raw) for mail in box.mails(None)) == 1_000_001
    world.mailboxes["mailbox"] = box
    assert world.run().counts["new"] == 2


@pytest.mark.parametrize("after", [0, 40, 700, 5_000])
def test_a_connection_that_breaks_in_the_middle_of_a_mail_is_made_again(
    server: Dovecot, folder: str, world: World, after: int
) -> None:
    server.put([bounce(n) for n in range(20)], folder=folder)
    with cutting_proxy(server.port) as proxy:
        proxy.cuts = [after]
        world.mailboxes["mailbox"] = opened(server, folder, port=proxy.port)
        outcome = world.run()
        assert (outcome.state, outcome.counts["mails"], outcome.counts["new"]) == (RunState.OK, 20, 20)
        assert proxy.connections == 2


def test_a_mail_that_always_breaks_the_connection_is_set_aside_and_the_others_are_read(
    server: Dovecot, folder: str, world: World
) -> None:
    server.put([bounce(0), bounce(1), bounce(2)], folder=folder)
    with cutting_proxy(server.port) as proxy:
        proxy.cuts = [30, 30, 30, 30]  # together, then the first one three times
        world.mailboxes["mailbox"] = opened(server, folder, port=proxy.port)
        outcome = world.run()
    assert (outcome.counts["set_aside"], outcome.counts["new"]) == (1, 2)
    assert [a.kind for a in world.alerts()] == ["unreadable"]


def test_a_server_that_stays_away_leaves_the_cursor_where_it_was(
    server: Dovecot, folder: str, world: World
) -> None:
    server.put([bounce(n) for n in range(5)], folder=folder)
    with cutting_proxy(server.port) as proxy:
        world.mailboxes["mailbox"] = opened(server, folder, port=proxy.port)
        assert world.run().counts["new"] == 5
        server.put([bounce(6)], folder=folder)
    world.mailboxes["mailbox"].close()
    outcome = world.run()
    assert (outcome.state, outcome.counts["mails"]) == (RunState.FAILED, 0)
    world.mailboxes["mailbox"] = opened(server, folder)
    assert world.run().counts["new"] == 1


def test_a_mail_that_the_server_cannot_give_out_is_set_aside(server: Dovecot, world: World) -> None:
    """The file vanishes behind the server's back after it was listed."""
    server.deliver(bounce(0), name="1.a.host")
    server.deliver(bounce(1), name="2.b.host")
    box = opened(server, "INBOX")
    mails = box.mails(None)
    first = next(mails)
    assert first.place == "1"
    for file in (server.mail / "new").glob("2.b.host*"):
        file.unlink()
    for file in (server.mail / "cur").glob("2.b.host*"):
        file.unlink()
    rest = list(mails) + list(opened(server, "INBOX").mails(None))
    assert all(mail.raw or mail.trouble for mail in rest)


def test_10_000_mails_are_read_in_one_run(server: Dovecot, folder: str, world: World) -> None:
    world.rules_file = BounceRules.model_validate({**SENDING, "batch": 500})
    client = server.client()
    client.create_folder(folder)
    for start in range(0, 10_000, 500):
        client.multiappend(
            folder, [bounce(n % 30).replace(b"<b", f"<b{n}-".encode()) for n in range(start, start + 500)]
        )
    client.logout()
    world.mailboxes["mailbox"] = opened(server, folder)
    began = time.perf_counter()
    outcome = world.run()
    assert (outcome.counts["mails"], outcome.counts["new"]) == (10_000, 10_000)
    assert time.perf_counter() - began < 300
    assert world.run().counts["mails"] == 0


def test_what_is_wrong_with_the_account_is_said(server: Dovecot) -> None:
    settings = server.settings()
    with pytest.raises(NeedsHuman, match="Finnsinte"):
        next(imap.connect(settings, folder="Finnsinte").mails(None))
    wrong = type(settings).model_validate({"imap_url": f"imap://studs:fel@127.0.0.1:{server.port}/INBOX"})
    with pytest.raises(ConfigError, match="password"):
        next(imap.connect(wrong).mails(None))
    away = type(settings).model_validate({"imap_url": "imap://studs:x@127.0.0.1:1/INBOX"})
    with pytest.raises(Temporary):
        next(imap.connect(away).mails(None))
    with pytest.raises(ConfigError):
        imap.connect(type(settings).model_validate({"imap_url": "https://example.org"}))
    with pytest.raises(ConfigError):
        imap.connect(type(settings)())
