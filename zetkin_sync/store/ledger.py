"""The run ledger: who may carry which run, and that each is carried to an end once.

The row decides, not the clock: a slot that two clocks fire is one row, and of two workers only the one with
the newest fence may finish it. Leases survive kill -9: when one has run out, another worker takes the run
(RELIABILITY §3.2). Times come from `store.now()`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as select_records

from zetkin_sync.errors import Temporary
from zetkin_sync.language import Message, from_json, say, to_json
from zetkin_sync.records import FINISHED, Run, RunState
from zetkin_sync.store.engine import Store

_runs: Table = Run.__table__  # type: ignore[attr-defined]
_CANDIDATES = 50


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A run that this process carries until `lease_until`, or until somebody holds a newer fence."""

    run: int
    district: int
    job: str
    organization: int
    slot: str
    due: datetime
    fence: int
    asked_by: str | None
    options: Mapping[str, Any]


class FenceLost(Temporary):
    """Another worker has taken the run meanwhile; nothing of this one counts."""


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
) -> int | None:
    """Ask for a run. Returns its id, or None when this slot was asked for before."""
    with store.writing() as session:
        return enqueue_in(
            session,
            dialect=store.dialect,
            values={
                "district": district,
                "job": job,
                "organization": organization,
                "slot": slot,
                "due": due or store.now(),
                "asked_by": asked_by,
                "options": json.dumps(dict(options)) if options else None,
                "state": RunState.QUEUED,
            },
        )


def enqueue_in(session: Session, *, dialect: str, values: dict[str, Any]) -> int | None:
    """The same inside a transaction that also does something else."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    defaults = {"fence": 0, "done": 0, "total": 0, "counts": "{}", "notes": "[]"}
    statement = make(_runs).values({**defaults, **values}).on_conflict_do_nothing()
    return session.connection().execute(statement.returning(_runs.c.id)).scalar_one_or_none()


def claim(
    store: Store,
    *,
    owner: str,
    lease: timedelta,
    after: Mapping[str, Sequence[str]] | None = None,
    run: int | None = None,
    districts: Sequence[int] | None = None,
) -> Claim | None:
    """Take the next run that is due, or None.

    One run at a time for each organization. `after` names, for a job, the jobs that go first: it waits
    while one of theirs that was due no later is unfinished. `run` takes only that run.
    """
    now = store.now()
    ready = or_(
        and_(_runs.c.state == RunState.QUEUED, _runs.c.due <= now),
        and_(_runs.c.state == RunState.RUNNING, _runs.c.lease_until < now),
    )
    query = select(_runs).where(ready).order_by(_runs.c.due, _runs.c.id).limit(_CANDIDATES)
    if run is not None:
        query = query.where(_runs.c.id == run)
    if districts is not None:
        query = query.where(_runs.c.district.in_(districts))
    if store.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    with store.writing() as session:
        connection = session.connection()
        for row in connection.execute(query).all():
            if _must_wait(session, row, (after or {}).get(row.job, ())):
                continue
            try:
                with connection.begin_nested():
                    taken = connection.execute(
                        update(_runs)
                        .where(_runs.c.id == row.id, _runs.c.fence == row.fence)
                        .values(
                            state=RunState.RUNNING,
                            owner=owner,
                            fence=row.fence + 1,
                            lease_until=now + lease,
                            started=now if row.started is None else row.started,
                        )
                    ).rowcount
            except IntegrityError:  # another run of this organization is under way
                continue
            if taken:
                return Claim(
                    run=row.id,
                    district=row.district,
                    job=row.job,
                    organization=row.organization,
                    slot=row.slot,
                    due=row.due,
                    fence=row.fence + 1,
                    asked_by=row.asked_by,
                    options=json.loads(row.options) if row.options else {},
                )
    return None


def _must_wait(session: Session, row: Any, first: Sequence[str]) -> bool:
    if not first:
        return False
    unfinished = (
        select(_runs.c.id)
        .where(
            _runs.c.district == row.district,
            _runs.c.job.in_(first),
            _runs.c.state.in_((RunState.QUEUED, RunState.RUNNING)),
            _runs.c.due <= row.due,
            _runs.c.id != row.id,
        )
        .limit(1)
    )
    return session.connection().execute(unfinished).first() is not None


def renew(store: Store, claim: Claim, *, lease: timedelta) -> bool:
    """Keep the run. False when it was taken over, or stopped by a person."""
    with store.writing() as session:
        return _touch(session, claim, {"lease_until": store.now() + lease})


def report(store: Store, claim: Claim, *, step: Message | None, done: int, total: int) -> bool:
    """Say how far the run is, for those who watch."""
    values = {"done": done, "total": total, "step": None if step is None else to_json(step)}
    with store.writing() as session:
        return _touch(session, claim, values)


def _touch(session: Session, claim: Claim, values: dict[str, Any]) -> bool:
    mine = and_(_runs.c.id == claim.run, _runs.c.fence == claim.fence, _runs.c.state == RunState.RUNNING)
    return session.connection().execute(update(_runs).where(mine).values(values)).rowcount == 1


def finish(
    session: Session,
    claim: Claim,
    *,
    state: RunState,
    counts: Mapping[str, int],
    notes: Sequence[Message],
    at: datetime,
) -> None:
    """End the run, in the transaction that holds its effects. Raises FenceLost when it is no longer ours."""
    if not _touch(
        session,
        claim,
        {
            "state": state,
            "finished": at,
            "lease_until": None,
            "counts": json.dumps(dict(counts)),
            "notes": json.dumps([json.loads(to_json(n)) for n in notes]),
        },
    ):
        raise FenceLost(say("Another worker has taken over the run {run}.", run=claim.run))


def runs(
    store: Store,
    *,
    district: int | None = None,
    job: str | None = None,
    limit: int = 50,
    only_open: bool = False,
) -> list[Run]:
    """The newest runs first."""
    query = select_records(Run).order_by(col(Run.id).desc()).limit(limit)
    if district is not None:
        query = query.where(Run.district == district)
    if job is not None:
        query = query.where(Run.job == job)
    if only_open:
        query = query.where(col(Run.state).in_((RunState.QUEUED, RunState.RUNNING)))
    with store.reading() as session:
        return list(session.exec(query).all())


def run_of(store: Store, run: int) -> Run | None:
    """One run."""
    with store.reading() as session:
        return session.get(Run, run)


def newest_slot(store: Store, *, district: int, job: str, organization: int) -> datetime | None:
    """When the newest run by the clock was due, finished or not; what start-up catches up from."""
    query = (
        select(_runs.c.due)
        .where(
            _runs.c.district == district,
            _runs.c.job == job,
            _runs.c.organization == organization,
            _runs.c.asked_by.is_(None),
        )
        .order_by(_runs.c.due.desc())
        .limit(1)
    )
    with store.reading() as session:
        return session.connection().execute(query).scalar_one_or_none()


def notes_of(run: Run) -> list[Message]:
    """What went wrong in a run."""
    return [from_json(json.dumps(note)) for note in json.loads(run.notes)]


def is_finished(run: Run) -> bool:
    return run.state in FINISHED
