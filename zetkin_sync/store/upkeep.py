"""Runs that nobody carries any more: freed for another worker, given back, or ended with a reason.

Every worker looks after the whole ledger, so that a host that died is made up for by any that lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, Table, and_, bindparam, or_, select, update

from zetkin_sync.language import Message, say
from zetkin_sync.records import Run, RunState
from zetkin_sync.store.claims import Claim, ended, held_by
from zetkin_sync.store.engine import Store
from zetkin_sync.store.ledger import OPEN

_runs: Table = Run.__table__  # type: ignore[attr-defined]
MOST_CLAIMS = 10
_FAR = timedelta(hours=1)  # no lease is that long: the clock was set back after it was given
_BATCH = 500


def look_after(store: Store, *, most_claims: int = MOST_CLAIMS) -> int:
    """Free the runs whose lease is over and end those that are too late to start. Returns how many.

    A run that ended its process `most_claims` times is failed, so that it cannot go on doing so. A row that
    somebody is just writing is left for the next look.
    """
    with store.reading() as session:
        connection = session.connection()
        if connection.execute(_stray(), _straying(store.now(connection), most=1)).first() is None:
            return 0
    with store.transaction() as connection:
        now = store.now(connection)
        query = _stray()
        if store.dialect == "postgresql":
            query = query.with_for_update(skip_locked=True)
        rows = connection.execute(query, _straying(now, most=_BATCH)).all()
        late = [row.id for row in rows if row.state == RunState.QUEUED]
        spent = [row.id for row in rows if row.state == RunState.RUNNING and row.fence >= most_claims]
        free = [row.id for row in rows if row.state == RunState.RUNNING and row.fence < most_claims]
        _set(connection, free, RunState.RUNNING, _freed())
        _set(connection, late, RunState.QUEUED, ended(RunState.SKIPPED, [too_late()], at=now))
        _set(connection, spent, RunState.RUNNING, ended(RunState.FAILED, [spent_out(most_claims)], at=now))
    return len(rows)


@cache
def _stray() -> Select[tuple[Any, ...]]:
    """Made once: it takes longer to put together than to execute. To be executed with `_straying`."""
    now, far = (bindparam(name, type_=_runs.c.lease_until.type) for name in ("now", "far"))
    over = or_(_runs.c.lease_until < now, _runs.c.lease_until > far)
    return (
        select(_runs.c.id, _runs.c.state, _runs.c.fence)
        .where(
            or_(
                and_(_runs.c.state == RunState.RUNNING, over),
                and_(_runs.c.state == RunState.QUEUED, _runs.c.not_after < now),
            )
        )
        .limit(bindparam("most", type_=Integer))
    )


def _straying(now: datetime, *, most: int) -> dict[str, Any]:
    return {"now": now, "far": now + _FAR, "most": most}


def _set(connection: Connection, ids: Sequence[int], state: RunState, values: dict[str, Any]) -> None:
    if ids:
        connection.execute(update(_runs).where(_runs.c.id.in_(ids), _runs.c.state == state).values(values))


def _freed() -> dict[str, Any]:
    return {"state": RunState.QUEUED, "owner": None, "lease_until": None}


def give_back(store: Store, claims: Sequence[Claim]) -> int:
    """Let others have runs that this process cannot finish, at once. Returns how many were still ours."""
    if not claims:
        return 0
    with store.transaction() as connection:
        return connection.execute(update(_runs).where(held_by(*claims)).values(_freed())).rowcount


def end(store: Store, claim: Claim, *, state: RunState, notes: Sequence[Message]) -> bool:
    """End a run from outside its job: it took too long. False when it was not ours any more."""
    with store.transaction() as connection:
        values = ended(state, notes, at=store.now(connection))
        return connection.execute(update(_runs).where(held_by(claim)).values(values)).rowcount == 1


def stop(store: Store, run: int, *, who: str) -> bool:
    """A person ends a run: one that waits is skipped, one under way loses its hold. False when it is over."""
    with store.transaction() as connection:
        values = ended(RunState.SKIPPED, [say("Stopped by {who}.", who=who)], at=store.now(connection))
        open_ = and_(_runs.c.id == run, _runs.c.state.in_(OPEN))
        return connection.execute(update(_runs).where(open_).values(values)).rowcount == 1


def too_late() -> Message:
    """Why a slot was not run."""
    return say("It could not start in time and was left to the next slot.")


def spent_out(claims: int) -> Message:
    """Why a run was given up."""
    return say("The process that carried it died {n} times; it is not tried again.", n=claims)
