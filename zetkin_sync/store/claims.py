"""Who carries a run: claims with a lease and a fence.

Of two workers only the one with the newest fence may finish a run. Leases survive kill -9: when one has run
out, another worker takes the run (`upkeep` frees it). Times come from `store.now()`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from zetkin_sync.errors import Temporary
from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import PAUSE, Control, Run, RunState
from zetkin_sync.store.engine import Store
from zetkin_sync.store.ledger import OPEN

_runs: Table = Run.__table__  # type: ignore[attr-defined]
_controls: Table = Control.__table__  # type: ignore[attr-defined]
_TRIES = 5
_SPARE = 8  # candidates beyond those wanted: some may be of one organization


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A run that this process carries until its lease is over, or until somebody holds a newer fence."""

    run: int
    district: int
    job: str
    organization: int
    slot: str
    due: datetime
    fence: int
    asked_by: str | None
    options: Mapping[str, Any]
    waited: float = 0.0  # seconds from when it could be taken


@dataclass
class Strangers:
    """Jobs of districts that this process does not know: another's, or another version's. They are left alone."""

    accept: Callable[[int, str], bool]
    found: set[tuple[int, str]] = field(default_factory=set)


class FenceLost(Temporary):
    """Another worker has taken the run meanwhile; nothing of this one counts."""


def claim(
    store: Store,
    *,
    owner: str,
    lease: timedelta,
    run: int | None = None,
    strangers: Strangers | None = None,
) -> Claim | None:
    """Take the next run that is ready, or None. `run` takes only that run."""
    found = claim_many(store, owner=owner, lease=lease, most=1, run=run, strangers=strangers)
    return found[0] if found else None


def claim_many(
    store: Store,
    *,
    owner: str,
    lease: timedelta,
    most: int,
    run: int | None = None,
    strangers: Strangers | None = None,
) -> list[Claim]:
    """Take up to `most` runs that are ready: those that people asked for first, then the longest waiting.

    One run at a time for each organization. A run waits while a job that goes first has an unfinished run
    that was due no later, and while its job is paused, unless a person asked for it.
    """
    if store.dialect == "sqlite" and not _anything(store, run):
        return []  # so that looking holds up nobody who writes
    for _ in range(_TRIES):
        try:
            with store.transaction() as connection:
                now = store.now(connection)
                query = ready_runs(run=run, strangers=strangers)
                if store.dialect == "postgresql":
                    query = query.with_for_update(skip_locked=True, of=_runs)
                rows = connection.execute(query, taking(now, most=most)).all()
                chosen = _chosen(rows, most=most, strangers=strangers)
                if chosen:
                    return _take(connection, chosen, owner=owner, until=now + lease, now=now)
                if not rows:
                    return []
        except IntegrityError:  # another took a run of the same organization between our look and our hold
            most = 1
    return []


def _anything(store: Store, run: int | None) -> bool:
    with store.reading() as session:
        connection = session.connection()
        values = {"now": store.now(connection), "most": 1}
        return connection.execute(ready_runs(run=run), values).first() is not None


def ready_runs(*, run: int | None = None, strangers: Strangers | None = None) -> Select[tuple[Any, ...]]:
    """The runs that may be taken, in order; to be executed with `taking`."""
    query = _ready()
    if run is not None:
        query = query.where(_runs.c.id == run)
    if strangers is not None and strangers.found:
        query = query.where(tuple_(_runs.c.district, _runs.c.job).not_in(sorted(strangers.found)))
    return query


def taking(now: datetime, *, most: int) -> dict[str, Any]:
    """The values that `ready_runs` is executed with: a few more than `most` come."""
    return {"now": now, "most": 2 * most + _SPARE}


@cache
def _ready() -> Select[tuple[Any, ...]]:
    """Made once: it takes longer to put together than to execute."""
    now = bindparam("now", type_=_runs.c.ready.type)
    other = _runs.alias("other")
    alone = ~(
        select(literal(1))
        .where(
            other.c.district == _runs.c.district,
            other.c.organization == _runs.c.organization,
            other.c.state == RunState.RUNNING,
        )
        .exists()
    )
    first = _runs.alias("first")
    unfinished = (
        select(literal(1))
        .where(
            first.c.district == _runs.c.district,
            first.c.state.in_(OPEN),
            first.c.due <= _runs.c.due,
            first.c.id != _runs.c.id,
            _runs.c.waits_for.like(literal("%,") + first.c.job + literal(",%")),
        )
        .exists()
    )
    paused = (
        select(literal(1))
        .where(
            _controls.c.district == _runs.c.district,
            _controls.c.name == literal(PAUSE) + _runs.c.job,
            or_(_controls.c.until.is_(None), _controls.c.until > now),
        )
        .exists()
    )
    return (
        select(_runs)
        .where(
            _runs.c.state == RunState.QUEUED,
            _runs.c.ready <= now,
            or_(_runs.c.not_after.is_(None), _runs.c.not_after >= now),
            alone,
            or_(_runs.c.waits_for.is_(None), ~unfinished),
            or_(_runs.c.asked_by.is_not(None), ~paused),
        )
        .order_by(_runs.c.turn, _runs.c.ready, _runs.c.id)
        .limit(bindparam("most", type_=Integer))
    )


def _chosen(
    rows: Sequence[Row[tuple[Any, ...]]], *, most: int, strangers: Strangers | None
) -> list[Row[tuple[Any, ...]]]:
    """The first of each organization, of jobs that we know."""
    chosen: dict[tuple[int, int], Row[tuple[Any, ...]]] = {}
    for row in rows:
        if strangers is not None and not strangers.accept(row.district, row.job):
            strangers.found.add((row.district, row.job))
            continue
        if len(chosen) < most:
            chosen.setdefault((row.district, row.organization), row)
    return list(chosen.values())


def _take(
    connection: Connection,
    rows: Sequence[Row[tuple[Any, ...]]],
    *,
    owner: str,
    until: datetime,
    now: datetime,
) -> list[Claim]:
    mine = and_(_runs.c.id.in_([row.id for row in rows]), _runs.c.state == RunState.QUEUED)
    values = {
        "state": RunState.RUNNING,
        "owner": owner,
        "fence": _runs.c.fence + 1,
        "lease_until": until,
        "started": now,
        "reported": now,
    }
    taken = connection.execute(update(_runs).where(mine).values(values).returning(_runs.c.id, _runs.c.fence))
    fences = {row.id: row.fence for row in taken}
    return [
        Claim(
            run=row.id,
            district=row.district,
            job=row.job,
            organization=row.organization,
            slot=row.slot,
            due=row.due,
            fence=fences[row.id],
            asked_by=row.asked_by,
            options=json.loads(row.options) if row.options else {},
            waited=max((now - row.ready).total_seconds(), 0.0),
        )
        for row in rows
        if row.id in fences
    ]


def renew(store: Store, claim: Claim, *, lease: timedelta) -> bool:
    """Keep the run. False when it was taken over, or stopped by a person."""
    return claim.run in renew_many(store, [claim], lease=lease)


def holds(store: Store, claim: Claim, *, lease: timedelta) -> bool:
    """Is the run ours, and for at least half a lease? It is renewed only when less than that is left."""
    with store.reading() as session:
        connection = session.connection()
        until = connection.execute(select(_runs.c.lease_until).where(held_by(claim))).scalar()
        if until is not None and until > store.now(connection) + lease / 2:
            return True
    return renew(store, claim, lease=lease)


def renew_many(store: Store, claims: Sequence[Claim], *, lease: timedelta) -> set[int]:
    """Keep the runs. Returns the ids of those that are still ours."""
    if not claims:
        return set()
    with store.transaction() as connection:
        until = store.now(connection) + lease
        kept = update(_runs).where(held_by(*claims)).values(lease_until=until).returning(_runs.c.id)
        return set(connection.execute(kept).scalars())


def report(store: Store, claim: Claim, *, step: Message | None, done: int, total: int) -> bool:
    """Say how far the run is, for those who watch. False when it is not ours any more."""
    with store.transaction() as connection:
        values = {
            "done": done,
            "total": total,
            "step": None if step is None else to_json(step),
            "reported": store.now(connection),
        }
        return _touch(connection, claim, values)


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
    values = {"counts": json.dumps(dict(counts)), **ended(state, notes, at=at)}
    if not _touch(session.connection(), claim, values):
        raise FenceLost(say("Another worker has taken over the run {run}.", run=claim.run))


def ended(state: RunState, notes: Sequence[Message], *, at: datetime) -> dict[str, Any]:
    """What stands in a row that has ended."""
    return {
        "state": state,
        "finished": at,
        "lease_until": None,
        "notes": json.dumps([json.loads(to_json(n)) for n in notes]),
    }


def _touch(connection: Connection, claim: Claim, values: dict[str, Any]) -> bool:
    return connection.execute(update(_runs).where(held_by(claim)).values(values)).rowcount == 1


def held_by(*claims: Claim) -> Any:
    """Rows that these claims still hold: nobody has a newer fence, and nobody has ended them."""
    held = tuple_(_runs.c.id, _runs.c.fence).in_([(c.run, c.fence) for c in claims])
    return and_(held, _runs.c.state == RunState.RUNNING)
