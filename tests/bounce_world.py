"""A small district with members, a mailbox and a clock, for the tests of what becomes of bounces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretStr

from jobs import read_bounces
from zetkin_sync.configuration import Association, Configuration, District, Schedule
from zetkin_sync.configuration.bounces import BounceRules
from zetkin_sync.context import Context, Outcome
from zetkin_sync.intake import Rules, rules_of
from zetkin_sync.language import Message
from zetkin_sync.ports import FoundMail
from zetkin_sync.privacy import address_hash
from zetkin_sync.records import Person, Reachability
from zetkin_sync.settings import Settings
from zetkin_sync.store import bounces as stored
from zetkin_sync.store import cases as stored_cases
from zetkin_sync.store.claims import Claim
from zetkin_sync.store.engine import Store

KEY = "k" * 40
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # a Tuesday
ROOT, NORR, VARD = 1, 2, 3
ASSOCIATIONS = (
    Association(id=ROOT, title="Distriktet", kind="district"),
    Association(id=NORR, title="Norrort", kind="geographic"),
    Association(id=VARD, title="Vårdföreningen", kind="branch"),
)


class ListedMailbox:
    """A mailbox that is a list; it remembers what was settled."""

    def __init__(self, mails: Sequence[bytes | FoundMail] = (), *, at: datetime = NOW) -> None:
        self.found = [
            m if isinstance(m, FoundMail) else FoundMail(str(n), m, at) for n, m in enumerate(mails)
        ]
        self.settled: list[str] = []
        self.fails_after: tuple[int, Exception] | None = None
        self._at = 0

    def mails(self, after: str | None) -> Iterator[FoundMail]:
        self._at = int(json.loads(after)) if after else 0
        while self._at < len(self.found):
            if self.fails_after is not None and self._at >= self.fails_after[0]:
                raise self.fails_after[1]
            self._at += 1
            yield self.found[self._at - 1]

    def position(self) -> str | None:
        return json.dumps(self._at)

    def settle(self, places: Sequence[str]) -> None:
        self.settled += places

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class SentMails:
    """A mailer that keeps what it was given, or refuses with what it is told."""

    mails: list[tuple[EmailMessage, str, str]] = field(default_factory=list)
    refuses: Exception | None = None

    def send(self, mail: EmailMessage, *, envelope_from: str, recipient: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.mails.append((mail, envelope_from, recipient))


@dataclass
class World:
    """The district, its store, its mailboxes by role, and what time it is."""

    store: Store
    rules_file: BounceRules = field(default_factory=BounceRules)
    mailboxes: dict[str, Any] = field(default_factory=dict)
    mailer: SentMails = field(default_factory=SentMails)
    now: datetime = NOW
    people: dict[str, int] = field(default_factory=dict)
    steps: list[Message] = field(default_factory=list)

    @property
    def configuration(self) -> Configuration:
        return Configuration(
            folder=Path("config"),
            district=District(title="Distriktet", connectors=dict.fromkeys(self.mailboxes, "maildir")),
            associations=ASSOCIATIONS,
            schedule=Schedule(),
            actions={},
            recipients=(),
            bounces=self.rules_file,
        )

    @property
    def settings(self) -> Settings:
        return Settings.model_validate({"hash_key": SecretStr(KEY), "mail_from": "service@forening.example"})

    @property
    def rules(self) -> Rules:
        return rules_of(self.configuration, self.settings)

    def hash(self, address: str) -> bytes:
        return address_hash(KEY.encode(), address)

    def member(
        self, address: str | None, *, organizations: Sequence[int] = (ROOT, NORR), person: int | None = None
    ) -> int:
        """A member whom these organizations list with this address."""
        number = person or 1000 + len(self.people)
        self.people[address or f"none-{number}"] = number
        with self.store.writing() as session:
            for organization in organizations:
                hashed = None if address is None else self.hash(address)
                session.add(Person(district=ROOT, organization=organization, id=number, address=hashed))
        return number

    def changes_address(self, person: int, address: str | None) -> None:
        with self.store.writing() as session:
            for organization in (ROOT, NORR, VARD):
                row = session.get(Person, (ROOT, organization, person))
                if row is not None:
                    row.address = None if address is None else self.hash(address)
                    session.add(row)

    def leaves(self, person: int) -> None:
        with self.store.writing() as session:
            for organization in (ROOT, NORR, VARD):
                row = session.get(Person, (ROOT, organization, person))
                if row is not None:
                    session.delete(row)

    def context(self, **options: Any) -> Context:
        claim = Claim(
            run=1,
            district=ROOT,
            job="read_bounces",
            organization=ROOT,
            slot="s",
            due=self.now,
            fence=1,
            asked_by=None,
            options=options,
        )
        connectors = {**self.mailboxes, "mailer": self.mailer}
        return Context(
            claim=claim,
            store=self.store,
            settings=self.settings,
            configuration=self.configuration,
            now=lambda: self.now,
            connect=connectors.__getitem__,
            progress=lambda step, done=0, total=0: self.steps.append(step),
            still_ours=lambda: True,
            actions={},
            plans=(),
            log=structlog.get_logger(),
        )

    def run(self, *mails: bytes | FoundMail, **options: Any) -> Outcome:
        """The job, once, with these mails behind those that came before."""
        if mails:
            box = self.mailboxes.setdefault("mailbox", ListedMailbox())
            for mail in mails:
                place = str(len(box.found))
                box.found.append(mail if isinstance(mail, FoundMail) else FoundMail(place, mail, self.now))
        return read_bounces.run(self.context(**options))

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def state(self, address: str) -> str:
        with self.store.reading() as session:
            found = session.get(Reachability, (ROOT, self.hash(address)))
        return "unknown" if found is None else found.state

    def states(self) -> dict[bytes, Reachability]:
        with self.store.reading() as session:
            return stored.states(session, district=ROOT)

    def cases(self, *, opened_only: bool = True) -> list[Any]:
        with self.store.reading() as session:
            return stored_cases.cases(session, district=ROOT, opened_only=opened_only)

    def alerts(self) -> list[Any]:
        with self.store.reading() as session:
            return stored_cases.alerts(session, district=ROOT)

    def events(self) -> int:
        with self.store.reading() as session:
            found = stored.events_since(session, district=ROOT, since=NOW.date() - timedelta(days=700))
        return sum(map(len, found.values()))
