"""When a job is due: wall-clock times that neither skip nor double when the clocks change.

APScheduler's own cron skips the first hour after the spring change and doubles the third in autumn (measured,
RELIABILITY §3.1), so the times are ours: local times on local days, each turned into one instant. A time
that the spring change leaves out comes an hour later; one that autumn repeats is the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zlib import crc32
from zoneinfo import ZoneInfo

from zetkin_sync.configuration.schedule import WEEKDAYS, JobEntry

_DAY = timedelta(days=1)


def slot_text(due: datetime) -> str:
    """An instant as a slot: UTC, to the minute."""
    return due.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def next_due(entry: JobEntry, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first instant later than `after` at which the job is due; None for one that only follows others."""
    if entry.every_minutes is not None:
        step = entry.every_minutes * 60
        return datetime.fromtimestamp((int(after.timestamp()) // step + 1) * step, UTC)
    return next((due for due in _instants(entry, zone, after) if due > after), None)


def newest_due(entry: JobEntry, zone: ZoneInfo, *, until: datetime) -> datetime | None:
    """The last instant up to `until` at which the job was due, at most eight days back."""
    if entry.every_minutes is not None:
        step = entry.every_minutes * 60
        return datetime.fromtimestamp(int(until.timestamp()) // step * step, UTC)
    found = None
    for due in _instants(entry, zone, until - 8 * _DAY):
        if due > until:
            break
        found = due
    return found


def longest_pause(entry: JobEntry, zone: ZoneInfo, *, around: datetime) -> timedelta | None:
    """The longest time between two runs in the fortnight from `around`; None for one that only follows others."""
    if entry.every_minutes is not None:
        return timedelta(minutes=entry.every_minutes)
    dues = list(_instants(entry, zone, around))
    return max((b - a for a, b in pairwise(dues)), default=None)


def _instants(entry: JobEntry, zone: ZoneInfo, around: datetime) -> Iterator[datetime]:
    """Due instants in order, from the day before `around` to sixteen days after it."""
    if not entry.at:
        return
    first = around.astimezone(zone).date() - _DAY
    for offset in range(18):
        day = first + offset * _DAY
        if WEEKDAYS[day.weekday()] in entry.days:
            local = (datetime.combine(day, at, tzinfo=zone) for at in entry.times)
            yield from sorted({each.astimezone(UTC) for each in local})


def jitter(entry: JobEntry, *, district: int, job: str) -> timedelta:
    """How long after it is due a district's job starts: always the same for it, different for each.

    Thousands of districts that read at half past five would all knock at once. The slot stays what it is, so
    every clock names it alike (RELIABILITY §3.1: jitter in the trigger makes one slot two).
    """
    if not entry.jitter_minutes:
        return timedelta()
    share = crc32(f"{district}:{job}".encode()) / 2**32
    return timedelta(seconds=int(share * entry.jitter_minutes * 60))
