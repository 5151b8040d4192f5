"""The run ledger: a run happens once for each job, organization and slot, and what became of it.

The row decides, not the clock: a slot that two clocks fire is one row (RELIABILITY §3.2). Who carries it is
decided in `claims`, what nobody carries any more is looked after in `upkeep`. Times come from `store.now()`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from zetkin_sync.language import Message, from_json
from zetkin_sync.records import FINISHED, Run, RunState
from zetkin_sync.store.engine import Store

_runs: Table = Run.__table__  # type: ignore[attr-defined]
OPEN = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A run that somebody wants: the clock for a slot, or a person with a request's id as slot.

    `ready` is when a worker may take it (`due` when not given), `not_after` when it is too late to start;
    `waits_for` are the jobs of which no run that was due no later may be unfinished.
    """

    district: int
    job: str
    organization: int
    slot: str
    due: datetime
    ready: datetime | None = None
    not_after: datetime | None = None
    waits_for: Sequence[str] = ()
    asked_by: str | None = None
    options: Mapping[str, Any] | None = None

    def values(self) -> dict[str, Any]:
        """The row."""
        return {
            "district": self.district,
            "job": self.job,
            "organization": self.organization,
            "slot": self.slot,
            "due": self.due,
            "ready": self.ready or self.due,
            "not_after": self.not_after,
            "turn": 1 if self.asked_by is None else 0,
            "waits_for": f",{','.join(self.waits_for)}," if self.waits_for else None,
            "asked_by": self.asked_by,
            "options": json.dumps(dict(self.options)) if self.options else None,
            "state": RunState.QUEUED,
            "fence": 0,
            "done": 0,
            "total": 0,
            "counts": "{}",
            "notes": "[]",
        }


def enqueue(
    store: Store,
    *,
    district: int,
    job: str,
    organization: int,
    slot: str,
    due: datetime | None = None,
    asked_by: str | None = None,
    options: Mapping[str, Any] | None = None,
    waits_for: Sequence[str] = (),
) -> int | None:
    """Ask for a run. Returns its id, or None when this slot was asked for before."""
    with store.transaction() as connection:
        wanted = Wanted(
            district=district,
            job=job,
            organization=organization,
            slot=slot,
            due=due or store.now(connection),
            asked_by=asked_by,
            options=options,
            waits_for=waits_for,
        )
        return next(iter(enqueue_in(connection, [wanted])), None)


def enqueue_in(connection: Connection, wanted: Sequence[Wanted]) -> list[int]:
    """Ask for many runs inside a transaction. Returns the ids of those that nobody had asked for."""
    if not wanted:
        return []
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(_runs).on_conflict_do_nothing().returning(_runs.c.id)
    return list(connection.execute(statement, [each.values() for each in wanted]).scalars())


def runs(
    store: Store,
    *,
    district: int | None = None,
    job: str | None = None,
    limit: int = 50,
    only_open: bool = False,
    before: int | None = None,
) -> list[Run]:
    """The newest runs first; `before` goes on behind a run of the page before."""
    query = select(Run).order_by(col(Run.id).desc()).limit(limit)
    if district is not None:
        query = query.where(Run.district == district)
    if job is not None:
        query = query.where(Run.job == job)
    if only_open:
        query = query.where(col(Run.state).in_(OPEN))
    if before is not None:
        query = query.where(col(Run.id) < before)
    with store.reading() as session:
        return list(session.exec(query).all())


def asked_and_ended(store: Store, *, district: int, since: datetime) -> list[Run]:
    """Runs that somebody asked for and that ended after an instant, the oldest first."""
    query = (
        select(Run)
        .where(
            Run.district == district,
            col(Run.asked_by).is_not(None),
            col(Run.finished) >= since,
            col(Run.state).in_(FINISHED),
        )
        .order_by(col(Run.id))
    )
    with store.reading() as session:
        return list(session.exec(query).all())


def run_of(store: Store, run: int) -> Run | None:
    """One run."""
    with store.reading() as session:
        return session.get(Run, run)


def of_slot(store: Store, *, district: int, job: str, slot: str) -> Run | None:
    """The run of a slot or request."""
    with store.reading() as session:
        return session.exec(
            select(Run).where(Run.district == district, Run.job == job, Run.slot == slot)
        ).first()


def going_first(store: Store, run: Run) -> list[int]:
    """Runs in the queue that a waiting one waits for, the oldest first."""
    jobs = [name for name in (run.waits_for or "").split(",") if name]
    query = (
        select(Run.id)
        .where(
            Run.district == run.district,
            Run.state == RunState.QUEUED,
            col(Run.job).in_(jobs),
            col(Run.due) <= run.due,
            Run.id != run.id,
        )
        .order_by(col(Run.id))
    )
    with store.reading() as session:
        return [found for found in session.exec(query) if found is not None]


def position(store: Store, run: Run) -> int:
    """How many runs are taken before a waiting one, and how many are under way: its place in the queue."""
    earlier = and_(
        col(Run.state) == RunState.QUEUED,
        or_(
            col(Run.turn) < run.turn,
            and_(
                col(Run.turn) == run.turn,
                or_(col(Run.ready) < run.ready, and_(col(Run.ready) == run.ready, col(Run.id) < run.id)),
            ),
        ),
    )
    with store.reading() as session:
        return session.exec(
            select(func.count()).where(or_(earlier, col(Run.state) == RunState.RUNNING)).select_from(Run)
        ).one()


def notes_of(run: Run) -> list[Message]:
    """What went wrong in a run."""
    return [from_json(json.dumps(note)) for note in json.loads(run.notes)]


def is_finished(run: Run) -> bool:
    return run.state in FINISHED
