"""How the scheduled jobs go: which fail, which are late, and which only wait for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from zetkin_sync.configuration import JobEntry, Schedule
from zetkin_sync.records import Run, RunState
from zetkin_sync.reports.situation import JobStanding
from zetkin_sync.reports.words import job_name
from zetkin_sync.store import ledger
from zetkin_sync.store.engine import Store

FAILURES = 3
"""So many failures in a row are an alarm."""

LOOK_BACK = 30
_WELL = (RunState.OK, RunState.PARTIAL)
_ENDED = (*_WELL, RunState.FAILED)


def standings(store: Store, schedule: Schedule, *, district: int, now: datetime) -> tuple[JobStanding, ...]:
    """Each scheduled job that has ever been tried. One that only waits for a stalled one is named by that one."""
    found: dict[str, JobStanding] = {}
    for name, entry in schedule.jobs.items():
        runs = ledger.runs(store, district=district, job=name, limit=LOOK_BACK)
        standing = judge(name, entry, [r for r in runs if r.state in _ENDED], now=now)
        if standing is not None:
            found[name] = standing
    after = {name: entry.after for name, entry in schedule.jobs.items()}
    return tuple(_causes(found, after))


def judge(name: str, entry: JobEntry, ended: Sequence[Run], *, now: datetime) -> JobStanding | None:
    """One job from its ended runs, newest first; None when it has never been tried."""
    if not ended:
        return None
    streak: list[Run] = []
    for run in ended:
        if run.state != RunState.FAILED:
            break
        streak.append(run)
    well = next((run for run in ended if run.state in _WELL), None)
    notes = ledger.notes_of(streak[0]) if streak else []
    stalled = None
    if len(streak) >= FAILURES:
        stalled = streak[-FAILURES].finished
    elif well is not None and well.finished is not None:
        late = well.finished + _oldest(entry)
        stalled = late if late <= now else None
    return JobStanding(
        job=name,
        what=job_name(entry.module or name),
        failures=len(streak),
        failing_since=streak[-1].finished if streak else None,
        last_well=None if well is None else well.finished,
        why=notes[0] if notes else None,
        run=ended[0].id,
        oldest=_oldest(entry),
        stalled=stalled,
        episode=str(0 if well is None else well.id),
    )


def _oldest(entry: JobEntry) -> timedelta:
    return timedelta(hours=entry.oldest_hours)


def _causes(found: Mapping[str, JobStanding], after: Mapping[str, tuple[str, ...]]) -> list[JobStanding]:
    """Those that are late only because the one before them stands still are told of there."""
    waits: dict[str, list[str]] = {}
    for name, standing in found.items():
        cause = _cause(name, found, after)
        if standing.stalled and not standing.failures and cause is not None:
            waits.setdefault(cause, []).append(name)
    waiting = {name for names in waits.values() for name in names}
    return [
        replace(standing, waiting=tuple(found[w].what for w in waits.get(name, ())))
        for name, standing in found.items()
        if name not in waiting
    ]


def _cause(name: str, found: Mapping[str, JobStanding], after: Mapping[str, tuple[str, ...]]) -> str | None:
    """The stalled job, furthest back, that this one waits for."""
    for first in after.get(name, ()):
        standing = found.get(first)
        if standing is not None and standing.stalled:
            return _cause(first, found, after) or first
    return None
