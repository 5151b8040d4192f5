"""A small district with readers, a send ledger and a clock, for the tests of what becomes of mails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretStr

from tests.bounce_world import SentMails
from zetkin_sync.configuration import Access, Association, Configuration, District, Recipient, Schedule
from zetkin_sync.context import Context, Outcome
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.mail.delivery import Delivery, Pace
from zetkin_sync.mail.gathering import Known
from zetkin_sync.mail.readers import Addressee, addressees
from zetkin_sync.records import Mailing, MailKind, Run, RunState
from zetkin_sync.settings import Settings
from zetkin_sync.store import mailings
from zetkin_sync.store.claims import Claim
from zetkin_sync.store.engine import Store

KEY = "k" * 40
MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ROOT, NORRBY, SJOSTAD = 1, 11, 12
SCHEDULE = {"pull_zetkin": {"at": ["05:30"]}, "send_status": {"at": ["07:00"]}}
READERS: tuple[Mapping[str, Any], ...] = (
    {"role": "district_office", "address": "expeditionen@distriktet.se"},
    {"role": "association_board", "address": "norrby@forening.se", "unit": "Partiföreningen Norrby"},
    {"role": "technical", "address": "teknik@distriktet.se", "language": "en"},
)


@dataclass
class MailWorld:
    """The district, its readers, its mailer and what time it is. Waiting takes no time.

    `folder` is where a run of the command line leaves its mails.
    """

    store: Store
    recipients: Sequence[Mapping[str, Any]] = READERS
    mailer: Any = field(default_factory=SentMails)
    now: datetime = MONDAY
    waited: list[float] = field(default_factory=list)
    page_url: str = "https://sidan.example.org"
    reply_to: str | None = "maria@distriktet.se"
    key: str = KEY
    former_key: str | None = None
    folder: Path | None = None

    access: Access = field(default_factory=Access)

    @property
    def configuration(self) -> Configuration:
        return Configuration(
            folder=Path("config"),
            district=District(
                title="Exempeldistriktet",
                reply_to=self.reply_to,
                connectors={"mailer": "folder" if self.folder else "smtp"},
                connector_options={"mailer": {"path": str(self.folder)}} if self.folder else {},
            ),
            associations=(
                Association(id=ROOT, title="Exempeldistriktet", kind="district"),
                Association(id=NORRBY, title="Partiföreningen Norrby", kind="geographic"),
                Association(id=SJOSTAD, title="Partiföreningen Sjöstad", kind="geographic"),
            ),
            schedule=Schedule.model_validate({"jobs": SCHEDULE}),
            actions={},
            recipients=tuple(Recipient.model_validate(r) for r in self.recipients),
            access=self.access,
        )

    @property
    def known(self) -> Known:
        return Known(
            store=self.store,
            settings=Settings.model_validate(
                {
                    "hash_key": SecretStr(self.key),
                    "hash_key_old": SecretStr(self.former_key) if self.former_key else None,
                    "mail_from": "status@distriktet.se",
                    "page_url": self.page_url,
                }
            ),
            configuration=self.configuration,
            plans=(),
            actions={},
            now=lambda: self.now,
        )

    def readers(self, kind: MailKind = MailKind.WEEKLY) -> list[Addressee]:
        return list(addressees(self.known, kind))

    def delivery(self, *, per_minute: int = 120) -> Delivery:
        pace = Pace(per_minute=per_minute, clock=lambda: 0.0, sleep=self.waited.append)
        return Delivery(self.known, lambda: self.mailer, pace=pace)

    def run(self, job: Callable[[Context], Outcome], **options: Any) -> Outcome:
        """A mail job, once, at its usual pace but without waiting."""
        known = self.known
        claim = Claim(
            run=1,
            district=ROOT,
            job=job.__module__.rpartition(".")[2],
            organization=ROOT,
            slot=self.now.isoformat(),
            due=self.now,
            fence=1,
            asked_by=None,
            options={"per_minute": 10**9, **options},
        )
        return job(
            Context(
                claim=claim,
                store=self.store,
                settings=known.settings,
                configuration=known.configuration,
                now=known.now,
                connect=lambda _role: self.mailer,
                progress=lambda *_: None,
                still_ours=lambda: True,
                actions={},
                plans=(),
                log=structlog.get_logger(),
            )
        )

    def ran(
        self,
        job: str,
        state: RunState = RunState.OK,
        *,
        at: datetime | None = None,
        why: str = "",
        **values: Any,
    ) -> None:
        """A run of the ledger that ended like this."""
        when = at or self.now
        with self.store.writing() as session:
            session.add(
                Run(
                    district=ROOT,
                    job=job,
                    organization=ROOT,
                    slot=f"{when.isoformat()}-{state}-{values.get('asked_by')}",
                    due=when,
                    ready=when,
                    started=when,
                    finished=when,
                    state=state,
                    notes=f"[{to_json(say(why))}]" if why else "[]",
                    **values,
                )
            )

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ledger(self, **equal: Any) -> list[Mailing]:
        """The send ledger, oldest first."""
        return mailings.mailings(self.store, district=ROOT, limit=1000, **equal)[::-1]

    def states(self, **equal: Any) -> list[tuple[str, str]]:
        """(role, state) of every row."""
        return [(row.role, row.state) for row in self.ledger(**equal)]


def why(row: Mailing) -> Message:
    from zetkin_sync.language import from_json

    assert row.why is not None
    return from_json(row.why)
