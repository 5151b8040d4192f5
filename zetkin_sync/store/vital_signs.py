"""What the database says about how the service does: who waits, what is stuck, how old the figures are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, func, literal, select

from zetkin_sync.records import Intent, IntentState, Mailing, MailState, Missing, Run, RunState, Snapshot
from zetkin_sync.store.claims import ready_runs, taking
from zetkin_sync.store.engine import Store

_runs: Table = Run.__table__  # type: ignore[attr-defined]
_intents: Table = Intent.__table__  # type: ignore[attr-defined]
_mailings: Table = Mailing.__table__  # type: ignore[attr-defined]
_snapshots: Table = Snapshot.__table__  # type: ignore[attr-defined]
_missing: Table = Missing.__table__  # type: ignore[attr-defined]

BRAKES = (
    "{missing} of {n} in {resource} are no longer listed; that is more than may be believed at once.",
    "{resource} came back empty; there were {n} before.",
)
_IN_DOUBT = (IntentState.SENDING, IntentState.UNKNOWN)
_SETTLED = (RunState.OK, RunState.PARTIAL)


@dataclass(frozen=True)
class Waiting:
    """A run that could be taken since `ready`, and nobody does; or one under way that nobody keeps."""

    run: int
    district: int
    job: str
    since: datetime


@dataclass(frozen=True)
class Counted:
    """How many there are in a district, and since when the oldest."""

    count: int
    since: datetime


def untaken(store: Store, *, now: datetime, patience: timedelta, most: int = 20) -> list[Waiting]:
    """Runs that any worker could have taken for so long. One whose organization was busy until just now waits rightly."""
    before = now - patience
    other = _runs.alias("just_ended")
    busy = select(literal(1)).where(
        other.c.district == _runs.c.district,
        other.c.organization == _runs.c.organization,
        other.c.finished > before,
    )
    query = ready_runs().where(_runs.c.ready <= before, ~busy.exists())
    with store.reading() as session:
        rows = session.connection().execute(query, taking(now, most=most)).all()
    return [Waiting(row.id, row.district, row.job, row.ready) for row in rows]


def unkept(store: Store, *, now: datetime, patience: timedelta) -> list[Waiting]:
    """Runs under way whose lease ended so long ago, and that nobody has taken over."""
    query = select(_runs.c.id, _runs.c.district, _runs.c.job, _runs.c.lease_until).where(
        _runs.c.state == RunState.RUNNING, _runs.c.lease_until < now - patience
    )
    with store.reading() as session:
        return [Waiting(*row) for row in session.connection().execute(query)]


def asked_since(store: Store, *, district: int, job: str, due: datetime) -> bool:
    """Has a clock asked for this slot, or for a later one? What was missed before is not made up for."""
    query = select(_runs.c.id).where(
        _runs.c.district == district, _runs.c.job == job, _runs.c.asked_by.is_(None), _runs.c.due >= due
    )
    with store.reading() as session:
        return session.connection().execute(query.limit(1)).first() is not None


def counts(store: Store) -> dict[tuple[int, str, str], int]:
    """How many runs there are by district, job and state, as far back as the ledger is kept."""
    query = select(_runs.c.district, _runs.c.job, _runs.c.state, func.count()).group_by(
        _runs.c.district, _runs.c.job, _runs.c.state
    )
    with store.reading() as session:
        return {(d, j, s): n for d, j, s, n in session.connection().execute(query)}


def last_done(store: Store) -> dict[tuple[int, str], tuple[str, datetime]]:
    """The newest slot of each job that was done, at least in part, and when it was finished."""
    query = (
        select(_runs.c.district, _runs.c.job, func.max(_runs.c.id).label("id"))
        .where(_runs.c.state.in_(_SETTLED))
        .group_by(_runs.c.district, _runs.c.job)
        .subquery()
    )
    rows = select(_runs.c.district, _runs.c.job, _runs.c.slot, _runs.c.finished).join(
        query, _runs.c.id == query.c.id
    )
    with store.reading() as session:
        return {(d, j): (s, f) for d, j, s, f in session.connection().execute(rows)}


def newest_moment(store: Store) -> datetime | None:
    """The latest instant at which a run was ended."""
    with store.reading() as session:
        found: datetime | None = session.connection().execute(select(func.max(_runs.c.finished))).scalar_one()
    return found


def in_doubt(store: Store, *, before: datetime) -> dict[int, Counted]:
    """Effects of which nobody knows since before then whether they happened, by district."""
    since = func.min(func.coalesce(_intents.c.doing, _intents.c.updated))
    query = (
        select(_intents.c.district, func.count(), since)
        .where(
            _intents.c.state.in_(_IN_DOUBT),
            func.coalesce(_intents.c.doing, _intents.c.updated) < before,
        )
        .group_by(_intents.c.district)
    )
    with store.reading() as session:
        return {d: Counted(n, s) for d, n, s in session.connection().execute(query)}


def parked(store: Store, *, after: datetime) -> dict[int, Counted]:
    """Effects and mails that only a person can decide about, put aside after then, by district."""
    found: dict[int, Counted] = {}
    with store.reading() as session:
        connection = session.connection()
        for table, state, at in (
            (_intents, IntentState.PARKED, _intents.c.updated),
            (_mailings, MailState.PARKED, _mailings.c.at),
        ):
            query = (
                select(table.c.district, func.count(), func.min(at))
                .where(table.c.state == state, at > after)
                .group_by(table.c.district)
            )
            for district, count, since in connection.execute(query):
                old = found.get(district, Counted(0, since))
                found[district] = Counted(old.count + count, min(old.since, since))
    return found


def intents(store: Store) -> dict[tuple[int, str], int]:
    """How many effects there are by district and state."""
    query = select(_intents.c.district, _intents.c.state, func.count()).group_by(
        _intents.c.district, _intents.c.state
    )
    with store.reading() as session:
        return {(d, s): n for d, s, n in session.connection().execute(query)}


def mails(store: Store) -> dict[tuple[int, str, str], int]:
    """How many mails there are by district, kind and state."""
    query = select(_mailings.c.district, _mailings.c.kind, _mailings.c.state, func.count()).group_by(
        _mailings.c.district, _mailings.c.kind, _mailings.c.state
    )
    with store.reading() as session:
        return {(d, k, s): n for d, k, s, n in session.connection().execute(query)}


def read_at(store: Store) -> Mapping[int, datetime]:
    """When each district's lists were last read whole: the newest of any list."""
    query = (
        select(_snapshots.c.district, func.max(_snapshots.c.finished))
        .where(_snapshots.c.complete.is_(True))
        .group_by(_snapshots.c.district)
    )
    with store.reading() as session:
        return {row[0]: row[1] for row in session.connection().execute(query)}


def braked(store: Store, *, ripe_before: datetime) -> dict[int, Counted]:
    """Lists that a brake holds, and people who wait for proof since before then, by district."""
    newest = (
        select(func.max(_snapshots.c.id))
        .group_by(_snapshots.c.district, _snapshots.c.organization, _snapshots.c.resource)
        .scalar_subquery()
    )
    lists = select(_snapshots.c.district, _snapshots.c.finished, _snapshots.c.why).where(
        _snapshots.c.id.in_(newest), _snapshots.c.complete.is_(False), _snapshots.c.why.is_not(None)
    )
    people = select(_missing.c.district, _missing.c.since).where(
        _missing.c.ripe.is_(True), _missing.c.since < ripe_before, _missing.c.verdict.is_(None)
    )
    with store.reading() as session:
        connection = session.connection()
        held = [(d, at) for d, at, why in connection.execute(lists) if json.loads(why)["text"] in BRAKES]
        held += [(d, since) for d, since in connection.execute(people)]
    found: dict[int, Counted] = {}
    for district, since in held:
        old = found.get(district, Counted(0, since))
        found[district] = Counted(old.count + 1, min(since, old.since))
    return found
