"""One mail at a time: reserved in the ledger, rendered, paced, handed to the mailer, and said what became of it.

The row is committed before the first byte leaves. Status mails go at most once, so what nobody knows is
parked; alarms at least once, so it is tried again (RELIABILITY §4.4). A mail that fails does not hold up
the others.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from zetkin_sync.bounces.tokens import Purpose, make_token, return_path, utc_day
from zetkin_sync.errors import ConfigError, NeedsHuman, OutcomeUnknown, Permanent, Temporary
from zetkin_sync.language import Language, Message, say
from zetkin_sync.mail.gathering import Known
from zetkin_sync.mail.readers import Addressee
from zetkin_sync.ports import Mailer
from zetkin_sync.records import RESTORED, STOP, Mailing, MailKind, MailState, Often
from zetkin_sync.reports.content import Mail
from zetkin_sync.reports.envelope import Occasion, Sender, build
from zetkin_sync.reports.render import render
from zetkin_sync.store import controls, epoch, mailings
from zetkin_sync.store.mailings import Once, Reserved

PER_MINUTE = 120
MOST_A_DAY = 20
GIVE_UP_AFTER = 3
"""So many mails in a row that the server put off or broke off at, and it is left alone until the next run."""

PLACEHOLDER = say("The address is a placeholder; fill in recipients.toml.")
STOPPED = say("The recipient has stopped this kind of mail.")
RESTORED_SINCE = say(
    "The database was restored after this may have been sent; it is not sent a second time. The next one comes as usual."
)
TOO_MANY = say("The recipient has had {n} mails in a day already; that is the most.", n=MOST_A_DAY)


@dataclass
class Pace:
    """At most so many mails a minute, evenly; time and waiting are arguments."""

    per_minute: int = PER_MINUTE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: float = 0.0

    def wait(self) -> None:
        """Wait until the next mail may go."""
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 60 / self.per_minute


@dataclass
class Delivery:
    """Sends a run's mails and keeps count. `mailer` opens the connector when the first mail needs it."""

    known: Known
    mailer: Callable[[], Mailer]
    pace: Pace = field(default_factory=Pace)
    log: Any = None
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Message] = field(default_factory=list)
    _put_off: int = 0

    def __post_init__(self) -> None:
        if not self.known.settings.mail_from:
            raise ConfigError(
                say("ZETKIN_SYNC_MAIL_FROM is not set."),
                say("Set it to the address that status mails come from."),
            )
        since = self.known.now() - timedelta(days=1)
        self._sent = Counter(
            mailings.sent_lately(self.known.store, district=self.known.district, since=since)
        )
        district = self.known.configuration.district
        self.sender = Sender(
            address=self.known.settings.mail_from, name=district.title, reply_to=district.reply_to
        )

    def row(self, to: Addressee, kind: MailKind, slot: str) -> Mailing:
        """The ledger's row for this occasion, not stored yet."""
        return Mailing(
            district=self.known.district,
            kind=kind,
            slot=slot,
            role=to.reader.role,
            unit=to.reader.unit,
            recipient=to.identity,
            language=to.reader.language,
            state=MailState.SENDING,
            at=self.known.now(),
        )

    def refused(self, to: Addressee, kind: MailKind) -> Message | None:
        """Why this reader gets no mail of this kind at all; asked when sending, not when planning."""
        if to.is_placeholder:
            return PLACEHOLDER
        if to.wants(kind) is Often.NEVER:
            return STOPPED
        return None

    def skip(self, to: Addressee, kind: MailKind, slot: str, why: Message) -> str:
        """Say in the ledger that there is no mail this time, and why."""
        new = mailings.skip(self.known.store, self.row(to, kind, slot), why=why)
        return self._counted("skipped" if new else "already")

    def send(self, to: Addressee, kind: MailKind, slot: str, mail: Mail, *, once: Once = Once.AT_MOST) -> str:
        """Send one mail unless it was sent before. Returns what became of it.

        Raises ConfigError or NeedsHuman when no mail at all can leave; the reservation is given back then.
        """
        why = self.refused(to, kind)
        if why is not None:
            return self.skip(to, kind, slot, why)
        if once is Once.AT_MOST and self._may_have_gone(slot):
            return self.skip(to, kind, slot, RESTORED_SINCE)
        held = self._held(to, once)
        if held is not None:
            return self._waiting(to, held)
        reserved = mailings.begin(self.known.store, self.row(to, kind, slot), once=once)
        if reserved is None:
            return self._counted("already")
        try:
            message, envelope_from = self._written(to, kind, slot, mail, reserved)
        except Exception as error:  # a fault of ours in one mail: it is parked with the reason, the others go
            if self.log is not None:
                self.log.exception("mail.fault", kind=str(kind))
            fault = say("The mail could not be written: {what}.", what=type(error).__name__)
            return self._ended(to, reserved.row, MailState.PARKED, fault)
        self.pace.wait()
        try:
            self.mailer().send(message, envelope_from=envelope_from, recipient=to.address)
        except Temporary as trouble:
            self._put_off += 1
            mailings.release(self.known.store, reserved.row)
            return self._waiting(to, trouble.what)
        except (ConfigError, NeedsHuman):
            mailings.release(self.known.store, reserved.row)
            raise
        except OutcomeUnknown as trouble:
            self._put_off += 1  # a server that dies after every dot must not park a whole week's mails
            return self._ended(to, reserved.row, MailState.PARKED, trouble.what)
        except Permanent as trouble:
            return self._ended(to, reserved.row, MailState.REFUSED, trouble.what)
        self._put_off = 0
        self._sent[to.identity] += 1
        mailings.end(self.known.store, reserved.row, state=MailState.SENT, at=self.known.now())
        return self._counted("sent")

    def _may_have_gone(self, slot: str) -> bool:
        """Was the database restored in this week, month or day? A copy does not know what was sent after it was made."""
        restored = epoch.restored_at(self.known.store)
        if restored is None:
            return False
        zone = self.known.configuration.district.zone
        then, now = restored.astimezone(zone), self.known.now().astimezone(zone)
        return slot in (f"{then:%G-W%V}", f"{then:%Y-%m}") or then.date() == now.date()

    def _held(self, to: Addressee, once: Once) -> Message | None:
        """Why no mail may go just now."""
        on = {s.name for s in controls.switches(self.known.store, district=self.known.district)}
        if STOP in on:
            return say("All sending is stopped by a person.")
        if RESTORED in on and once is Once.AT_MOST:
            return say("The database was restored; nothing is sent until that has been looked into.")
        if self._sent[to.identity] >= MOST_A_DAY:
            return TOO_MANY
        if self._put_off >= GIVE_UP_AFTER:
            return say(
                "The mail server failed with {n} mails in a row; the rest wait for the next run.",
                n=GIVE_UP_AFTER,
            )
        return None

    def _written(
        self, to: Addressee, kind: MailKind, slot: str, mail: Mail, reserved: Reserved
    ) -> tuple[Any, str]:
        known, reader = self.known, to.reader
        language = Language(reader.language, known.configuration.district.zone)
        rendered = render(mail, language)
        occasion = Occasion(kind=kind, slot=slot, recipient=to.identity, role=reader.role, unit=reader.unit)
        token = make_token(
            known.settings.key,
            delivery=reserved.row,
            recipient=to.identity,
            day=utc_day(known.now()),
            purpose=Purpose.STATUS,
        )
        message = build(
            rendered,
            occasion=occasion,
            sender=self.sender,
            recipient=to.address,
            language=language,
            at=known.now(),
            stop=reader.stop,
            stamp=token,
        )
        hidden = reader.pages.mails  # who looks at the mail on the page must not be able to stop it
        mailings.write(
            known.store,
            reserved.row,
            subject=rendered.subject,
            html=rendered.html.replace(reader.stop, hidden),
            text=rendered.text.replace(reader.stop, hidden),
            message_id=str(message["Message-ID"]),
        )
        return message, self._return_path(token)

    def _return_path(self, token: str) -> str:
        """Where a report about this mail goes: with our token, when config/bounces.toml has a domain for them."""
        domain = self.known.configuration.bounces.probe.return_domain
        return return_path(token, domain=domain) if domain else self.sender.address

    def _waiting(self, to: Addressee, why: Message) -> str:
        self.notes.append(say("{reader}: {why}", reader=to.reader.title, why=why))
        return self._counted("waiting")

    def _ended(self, to: Addressee, row: int, state: MailState, why: Message) -> str:
        mailings.end(self.known.store, row, state=state, at=self.known.now(), why=why)
        self.notes.append(say("{reader}: {why}", reader=to.reader.title, why=why))
        return self._counted(str(state))

    def _counted(self, what: str) -> str:
        self.counts[what] += 1
        return what
