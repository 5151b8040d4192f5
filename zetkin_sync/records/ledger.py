"""The run ledger: a run happens once for each job, organization and slot, whoever carries it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, key, stored


class RunState(StrEnum):
    """Where a run stands; `partial` means some organizations failed and are named."""

    QUEUED = "queued"
    RUNNING = "running"
    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


FINISHED = (RunState.OK, RunState.PARTIAL, RunState.FAILED, RunState.SKIPPED)


class Run(SQLModel, table=True):
    """One run. The slot is an instant (ISO, UTC) or the id of a request, so a double click is one run."""

    __table_args__: ClassVar = (
        UniqueConstraint("district", "job", "organization", "slot", name="run_once"),
        Index(
            "run_alone",
            "district",
            "organization",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "run_waiting",
            "turn",
            "ready",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "run_open",
            "district",
            "job",
            "due",
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("run_of_job", "district", "job", "id"),
    )

    id: int | None = key("the run", source=Source.OURS, keep=Keep.LEDGER, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.LEDGER)
    job: str = stored("what was run", source=Source.CONFIG, keep=Keep.LEDGER)
    organization: int = stored("for whom; the root for the district", source=Source.OURS, keep=Keep.LEDGER)
    slot: str = stored("an instant or a request id", source=Source.OURS, keep=Keep.LEDGER)
    due: datetime = stored("the instant it is for", source=Source.OURS, keep=Keep.LEDGER)
    ready: datetime = stored(
        "from when a worker may take it: due, and the jitter", source=Source.OURS, keep=Keep.LEDGER
    )
    not_after: datetime | None = stored(
        "too late to start", source=Source.CONFIG, keep=Keep.LEDGER, default=None
    )
    turn: int = stored("0 for a person's, 1 for the clock's", source=Source.OURS, keep=Keep.LEDGER, default=1)
    waits_for: str | None = stored(
        "the jobs that go first, each between commas", source=Source.CONFIG, keep=Keep.LEDGER, default=None
    )
    asked_by: str | None = stored(
        "who asked for it; none means the clock", source=Source.PERSON, keep=Keep.LEDGER, default=None
    )
    options: str | None = stored(
        "what was asked for, JSON", source=Source.OURS, keep=Keep.LEDGER, default=None
    )
    state: str = stored("where it stands", source=Source.OURS, keep=Keep.LEDGER, default=RunState.QUEUED)
    owner: str | None = stored(
        "the process that carries it", source=Source.OURS, keep=Keep.LEDGER, default=None
    )
    fence: int = stored(
        "only the newest claim may finish it", source=Source.OURS, keep=Keep.LEDGER, default=0
    )
    lease_until: datetime | None = stored(
        "after this another may take it", source=Source.OURS, keep=Keep.LEDGER, default=None
    )
    started: datetime | None = stored("when", source=Source.OURS, keep=Keep.LEDGER, default=None)
    reported: datetime | None = stored(
        "when it last said how far it is", source=Source.OURS, keep=Keep.LEDGER, default=None
    )
    finished: datetime | None = stored("when", source=Source.OURS, keep=Keep.LEDGER, default=None)
    step: str | None = stored(
        "what it is doing, a message", source=Source.OURS, keep=Keep.LEDGER, default=None
    )
    done: int = stored("progress", source=Source.OURS, keep=Keep.LEDGER, default=0)
    total: int = stored("progress", source=Source.OURS, keep=Keep.LEDGER, default=0)
    counts: str = stored("what it did, JSON of numbers", source=Source.OURS, keep=Keep.LEDGER, default="{}")
    notes: str = stored(
        "what went wrong, JSON of messages", source=Source.OURS, keep=Keep.LEDGER, default="[]"
    )
