"""The shared mailbox: who asked when and when somebody answered, and nothing else of any mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import imap
from jobs import read_shared_mailbox
from tests.bounce_world import KEY, NOW, ROOT, ListedMailbox, World
from tests.dovecot import Dovecot, dovecot
from zetkin_sync.context import Context, known_facts
from zetkin_sync.errors import ConfigError, Temporary
from zetkin_sync.goals.headers import message_of
from zetkin_sync.language import say
from zetkin_sync.ports import FoundMail
from zetkin_sync.privacy import keyed_hash
from zetkin_sync.records import RunState
from zetkin_sync.records.facts import MessageFact, ThreadFact
from zetkin_sync.store import plan_facts
from zetkin_sync.store.engine import Store

OFFICE, MEMBER = "expeditionen@distriktet.example.org", "Kanarie Testsson <kanarie@exempel.example>"
OWN = ("@distriktet.example.org",)
HASH = partial(keyed_hash, KEY.encode())
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def letter(
    id_: str, *, sender: str = MEMBER, at: datetime = MONDAY, answers: str | None = None, **fields: str
) -> bytes:
    mail = EmailMessage()
    mail["From"] = sender
    mail["Message-ID"] = f"<{id_}@exempel.example>"
    mail["Date"] = format_datetime(at)
    mail["Subject"] = "Hemligt ämne"
    if answers:
        mail["References"] = f"<{answers}@exempel.example>"
    for name, value in fields.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content("Hemlig text\n")
    return bytes(mail)


def read(raw: bytes, received: datetime | None = MONDAY) -> MessageFact:
    found = message_of(raw, received=received, own=OWN, hashed=HASH)
    assert found is not None
    return found


def test_a_header_says_who_when_and_which_thread() -> None:
    question = read(letter("a"))
    answer = read(letter("b", sender=OFFICE, answers="a", at=MONDAY + timedelta(hours=3)), None)
    assert (question.ours, question.automatic, question.at) == (False, False, MONDAY)
    assert (answer.ours, answer.automatic, answer.at) == (True, False, MONDAY + timedelta(hours=3))
    assert answer.replies_to == (question.id,)


@pytest.mark.parametrize(
    "field",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Unsubscribe": "<https://example.org/av>"},
        {"X_Auto_Response_Suppress": "All"},
        {"Subject": "Autosvar: Re: Fråga om lokal"},
        {"Subject": "Frånvarande till 7 januari"},
        {"From": "MAILER-DAEMON@exempel.example"},
    ],
)
def test_what_a_machine_wrote_is_neither_question_nor_answer(field: dict[str, str]) -> None:
    assert read(letter("a", **field)).automatic


def test_a_person_is_no_machine() -> None:
    assert not read(letter("a", Auto_Submitted="no", Subject="Re: svar om automatiska dörrar")).automatic


def test_the_time_is_when_it_was_written_and_never_later_than_it_came() -> None:
    late = MONDAY + timedelta(days=400)
    assert read(letter("a"), late).at == MONDAY
    assert read(letter("a", at=late)).at == MONDAY
    assert read(letter("a", Date="i går")).at == MONDAY
    assert message_of(letter("a", Date="i går"), received=None, own=OWN, hashed=HASH) is None


@given(raw=st.binary(max_size=400))
def test_no_bytes_break_it(raw: bytes) -> None:
    assert message_of(raw, received=MONDAY, own=OWN, hashed=HASH) is not None


# the job


@dataclass
class Office:
    """The district with two folders of a shared mailbox."""

    world: World
    inbox: ListedMailbox
    sent: ListedMailbox

    def context(self, **options: Any) -> Context:
        made = self.world.context(**({"own": list(OWN)} | options))
        return replace(made, claim=replace(made.claim, job="read_shared_mailbox"))

    def threads(self) -> tuple[ThreadFact, ...] | None:
        return known_facts(self.world.store, self.world.configuration, now=self.world.now).threads


@pytest.fixture
def office(sqlite_store: Store) -> Office:
    world = World(sqlite_store)
    inbox, sent = ListedMailbox([letter("a"), letter("c")]), ListedMailbox()
    world.mailboxes |= {"shared": inbox, "shared_sent": sent}
    return Office(world, inbox, sent)


def test_a_question_in_one_folder_is_answered_in_another(office: Office) -> None:
    assert office.threads() is None, "never read is not the same as no question"
    outcome = read_shared_mailbox.run(office.context())
    assert (outcome.state, outcome.counts["new"]) == (RunState.OK, 2)
    at = MONDAY + timedelta(hours=5)
    office.sent.found.append(FoundMail("0", letter("b", sender=OFFICE, answers="a", at=at), NOW))
    assert read_shared_mailbox.run(office.context()).counts["new"] == 1
    assert read_shared_mailbox.run(office.context()).counts["mails"] == 0
    threads = office.threads()
    assert threads is not None
    assert [(t.asked, t.answered) for t in threads] == [(MONDAY, at), (MONDAY, None)]


def test_nothing_that_a_person_wrote_is_stored(office: Office, tmp_path: Path) -> None:
    read_shared_mailbox.run(office.context())
    with office.world.store.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM shared_mail").all()
    assert len(rows) == 2
    for secret in ("Hemlig", "kanarie", "Testsson", "exempel.example"):
        assert secret.encode().hex() not in repr(rows) and secret not in repr(rows)


def test_a_folder_that_does_not_answer_does_not_hold_up_the_other(office: Office) -> None:
    office.sent.found += [FoundMail(str(n), letter(f"s{n}", sender=OFFICE), NOW) for n in range(2)]
    office.sent.fails_after = (1, Temporary(say("The mailbox does not answer.")))
    outcome = read_shared_mailbox.run(office.context())
    assert (outcome.state, outcome.counts["new"]) == (RunState.PARTIAL, 3)
    office.sent.fails_after = None
    assert read_shared_mailbox.run(office.context()).counts["mails"] == 1, "it goes on behind what was kept"


def test_without_knowing_who_we_are_nothing_is_read(office: Office) -> None:
    with pytest.raises(ConfigError):
        read_shared_mailbox.run(office.context(own=[]))


def test_having_read_the_shared_mailbox_says_nothing_about_bounces(office: Office) -> None:
    read_shared_mailbox.run(office.context())
    found = plan_facts.load(office.world.store, district=ROOT, now=NOW, today=NOW.date())
    assert found["unreachable"] is None


# a real server


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def test_only_header_fields_leave_the_server_and_mails_stay_unread(server: Dovecot) -> None:
    server.put([letter("a", X_Secret="hemligt")], folder="Delad")
    settings = server.settings()
    shared = settings.model_copy(update={"imap_url": None, "shared_imap_url": settings.imap_url})
    box = imap.connect(shared, folder="Delad", account="shared", headers_only=True)
    (mail,) = box.mails(None)
    assert b"Hemlig text" not in mail.raw
    assert b"hemligt" not in mail.raw
    assert read(mail.raw, mail.received).at == MONDAY
    box.close()
    with pytest.raises(ConfigError):
        imap.connect(shared, folder="Delad")
