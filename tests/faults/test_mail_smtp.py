"""Mails over real SMTP: what arrives reads back as it was written; what goes wrong is said, and never sent twice."""

from __future__ import annotations

import mailbox
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from connectors import folder, smtp
from connectors.smtp import Smtp
from tests.mail_servers import PASSWORD, USER, Inbox, Mortal, certificate, taking
from tests.mail_situations import mails
from tests.mail_world import MONDAY, MailWorld, why
from zetkin_sync.errors import ConfigError, OutcomeUnknown, Permanent, Temporary, Trouble
from zetkin_sync.records import MailKind
from zetkin_sync.reports.content import Mail
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mailings import Once

SLOT = "2026-W48"


def connected(url: str) -> Smtp:
    return smtp.connect(Settings.model_validate({"smtp_url": SecretStr(url)}))


def plain(port: int) -> Smtp:
    """A server on this machine, which need not encrypt; it is waited for shortly."""
    return Smtp(
        host="127.0.0.1",
        port=port,
        user=None,
        password=None,
        implicit_tls=False,
        plain=True,
        timeout=2,
        last_timeout=2,
    )


def weekly(code: str = "sv") -> Mail:
    return mails("usual", code)[0]


def send_all(world: MailWorld, *, kind: MailKind = MailKind.WEEKLY, once: Once = Once.AT_MOST) -> Any:
    """The week's mail to every reader. Returns the delivery."""
    delivery = world.delivery()
    for to in world.readers(kind):
        delivery.send(to, kind, SLOT, weekly(to.reader.language), once=once)
    return delivery


def test_what_arrives_reads_back_as_it_was_written(sqlite_store: Store) -> None:
    inbox = Inbox()
    with taking(inbox) as port:
        world = MailWorld(sqlite_store, mailer=plain(port))
        send_all(world)
    assert {state for _, state in world.states()} == {"sent"}
    office, *_ = inbox.mails()
    stored = world.ledger()[0]
    assert office["Subject"] == stored.subject
    assert len(office["Subject"]) <= 70
    assert office["From"].addresses[0].display_name == "Exempeldistriktet"
    assert office["From"].addresses[0].addr_spec == "status@distriktet.se"
    assert office["To"].addresses[0].addr_spec == "expeditionen@distriktet.se"
    assert office["Reply-To"].addresses[0].addr_spec == "maria@distriktet.se"
    assert parsedate_to_datetime(office["Date"]) == MONDAY
    assert office["Message-ID"] == stored.message_id
    assert office["Message-ID"].endswith("@distriktet.se>")
    assert office["Content-Language"] == "sv"
    assert office["Auto-Submitted"] == "auto-generated"
    assert office["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert office["List-Id"].endswith("<weekly.distriktet.se>")
    assert office["List-Unsubscribe"].startswith("<https://sidan.example.org/mail/stop/")
    assert office["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert office.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in office.iter_parts()] == ["text/plain", "text/html"]
    assert {p.get_content_charset() for p in office.iter_parts()} == {"utf-8"}
    html = unescape(office.get_body(("html",)).get_content())  # type: ignore[union-attr]
    text = office.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "9\N{NO-BREAK SPACE}612 av 9\N{NO-BREAK SPACE}998" in html
    assert "9 612 av 9 998" in text
    assert "\N{MINUS SIGN}8 sedan förra veckan" in text
    assert all(len(line) <= 998 for _, _, raw in inbox.taken for line in raw.splitlines())
    assert {m["Content-Language"] for m in inbox.mails()} == {"sv", "en"}


@pytest.mark.parametrize("maildir", [False, True], ids=["files", "maildir"])
def test_mails_into_a_folder_read_back_and_a_repeated_one_is_one(maildir: bool, tmp_path: Path) -> None:
    mailer = folder.connect(Settings(), path=str(tmp_path / "out"), maildir=maildir)
    message = _message(MailWorld(Store("sqlite://")))
    for _ in range(2):
        mailer.send(message, envelope_from="a@b.se", recipient="c@d.se")
    if maildir:
        found = [m.as_bytes() for m in mailbox.Maildir(tmp_path / "out", create=False)]
    else:
        found = [p.read_bytes() for p in (tmp_path / "out").iterdir()]
    assert len(found) == 1
    assert message_from_bytes(found[0], policy=default)["Message-ID"] == message["Message-ID"]


def test_a_line_that_begins_with_a_dot_arrives_whole() -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.se", "c@d.se", "dots"
    mail.set_content(".\n..\n.a dot first\nlast\n")
    inbox = Inbox()
    with taking(inbox) as port:
        plain(port).send(mail, envelope_from="a@b.se", recipient="c@d.se")
    assert inbox.mails()[0].get_content().splitlines() == [".", "..", ".a dot first", "last"]


def test_a_refused_recipient_is_said_and_the_others_get_their_mail(sqlite_store: Store) -> None:
    inbox = Inbox(refuses={"norrby@": "550 5.1.1 norrby@forening.se: no such user"})
    with taking(inbox) as port:
        world = MailWorld(sqlite_store, mailer=plain(port))
        delivery = send_all(world)
        again = send_all(world)
    assert world.states() == [
        ("district_office", "sent"),
        ("association_board", "refused"),
        ("technical", "sent"),
    ]
    refused = world.ledger(state="refused")[0]
    assert str(why(refused)) == "The mail server refused the recipient (550 5.1.1)."
    assert "norrby@" not in str(delivery.notes)  # the server's own words may quote an address
    assert again.counts == {"already": 3}
    assert len(inbox.taken) == 2


def test_a_recipient_who_is_put_off_gets_the_mail_the_next_time(sqlite_store: Store) -> None:
    inbox = Inbox(refuses={"norrby@": "451 4.7.1 greylisted"})
    with taking(inbox) as port:
        world = MailWorld(sqlite_store, mailer=plain(port))
        assert send_all(world).counts == {"sent": 2, "waiting": 1}
        inbox.refuses = {}
        assert send_all(world).counts == {"already": 2, "sent": 1}
    assert sorted(to for _, to, _ in inbox.taken) == sorted(r["address"] for r in world.recipients)


def test_a_server_that_dies_after_the_final_dot_parks_the_mail_and_it_is_not_doubled(
    sqlite_store: Store,
) -> None:
    server = Mortal(dies_at="dot")
    with server.serving() as port:
        world = MailWorld(sqlite_store, mailer=plain(port))
        send_all(world)
        assert server.whole == 3
        assert send_all(world).counts == {"already": 3}
        assert server.whole == 3
    assert {state for _, state in world.states()} == {"parked"}
    assert "nobody knows" in str(why(world.ledger()[0]))


def test_an_alarm_goes_at_least_once_and_is_recognised_by_its_id(sqlite_store: Store) -> None:
    server, inbox = Mortal(dies_at="dot"), Inbox()
    world = MailWorld(sqlite_store, recipients=[{"role": "technical", "address": "teknik@distriktet.se"}])
    with server.serving() as port:
        world.mailer = plain(port)
        send_all(world, kind=MailKind.STALLED, once=Once.AT_LEAST)
    parked = world.ledger()[0]
    with taking(inbox) as port:
        world.mailer = plain(port)
        send_all(world, kind=MailKind.STALLED, once=Once.AT_LEAST)
    assert [(r.state, r.attempts) for r in world.ledger()] == [("sent", 2)]
    assert inbox.mails()[0]["Message-ID"] == parked.message_id


def test_a_server_that_dies_every_time_does_not_park_the_whole_week(sqlite_store: Store) -> None:
    many = [{"role": "committee", "address": f"u{i}@distriktet.se", "unit": f"U{i}"} for i in range(6)]
    with Mortal(dies_at="dot").serving() as port:
        world = MailWorld(sqlite_store, recipients=many, mailer=plain(port))
        assert send_all(world).counts == {"parked": 3, "waiting": 3}
    with taking(Inbox()) as port:
        world.mailer = plain(port)
        assert send_all(world).counts == {"already": 3, "sent": 3}


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (Mortal(dies_at="greeting"), Temporary),
        (Mortal(dies_at="mail"), Temporary),
        (Mortal(dies_at="dot"), OutcomeUnknown),
        (Mortal(last=b"451 4.3.0 later"), Temporary),
        (Mortal(last=b"554 5.7.1 spam"), Permanent),
        (Mortal(last=b"garbage"), OutcomeUnknown),
    ],
    ids=lambda v: v.dies_at or v.last.decode() if isinstance(v, Mortal) else v.__name__,
)
def test_where_it_breaks_decides_what_is_known(server: Mortal, expected: type[Trouble]) -> None:
    inbox = MailWorld(Store("sqlite://"))
    message = _message(inbox)
    with server.serving() as port, pytest.raises(expected):
        plain(port).send(message, envelope_from="a@b.se", recipient="c@d.se")


def _message(world: MailWorld) -> Any:
    from zetkin_sync.language import Language
    from zetkin_sync.reports.envelope import Occasion, Sender, build
    from zetkin_sync.reports.render import render

    language = Language("sv", world.configuration.district.zone)
    return build(
        render(weekly(), language),
        occasion=Occasion(kind=MailKind.WEEKLY, slot=SLOT, recipient=b"r" * 32, role="technical", unit=1),
        sender=Sender(address="status@distriktet.se", name="Exempeldistriktet"),
        recipient="c@d.se",
        language=language,
        at=MONDAY,
        stop=None,
    )


def test_nobody_listens(sqlite_store: Store) -> None:
    from tests.ports import free_port

    world = MailWorld(sqlite_store, mailer=plain(free_port()))
    assert send_all(world).counts == {"waiting": 3}
    assert world.ledger() == []  # the reservations were given back


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_tls_is_verified_and_the_password_goes_only_through_it(
    implicit: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, authority = certificate(tmp_path, "localhost")
    inbox, message = Inbox(), _message(MailWorld(Store("sqlite://")))
    scheme = "smtps" if implicit else "smtp"
    with taking(inbox, tls=tls, implicit=implicit) as port:
        url = f"{scheme}://{USER}:{quote(PASSWORD, safe='')}@localhost:{port}"
        sent = {"envelope_from": "a@b.se", "recipient": "c@d.se"}
        with pytest.raises(ConfigError, match="certificate is not valid"):
            connected(url).send(message, **sent)  # an authority nobody knows
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        with pytest.raises(ConfigError, match="certificate is not valid"):
            connected(url.replace("localhost", "127.0.0.1")).send(message, **sent)  # another name
        with pytest.raises(ConfigError, match="does not accept the user or password"):
            connected(url.replace(quote(PASSWORD, safe=""), "wrong")).send(message, **sent)
        connected(url).send(message, **sent)
    assert len(inbox.taken) == 1
    assert inbox.encrypted == [
        not implicit
    ]  # aiosmtpd notes STARTTLS only; the other server speaks nothing but TLS


def test_a_server_without_starttls_gets_no_password() -> None:
    inbox, message = Inbox(), _message(MailWorld(Store("sqlite://")))
    with taking(inbox) as port, pytest.raises(ConfigError, match="cannot encrypt"):
        connected(f"smtp://{USER}:secret@localhost:{port}").send(
            message, envelope_from="a@b.se", recipient="c@d.se"
        )
    assert inbox.taken == []


def test_a_server_that_does_not_let_us_send_stops_the_run_and_refuses_nobody(sqlite_store: Store) -> None:
    class Suspicious(Inbox):
        async def handle_MAIL(self, *_: Any) -> str:
            return "550 5.7.1 not allowed to send as this"

    with taking(Suspicious()) as port:
        world = MailWorld(sqlite_store, mailer=plain(port))
        with pytest.raises(ConfigError, match=r"does not let us send as distriktet.se \(550 5.7.1\)"):
            send_all(world)
    assert world.ledger() == []  # when it is set right, everybody gets this week's mail
