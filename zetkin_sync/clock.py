"""When a job is due: wall-clock times that neither skip nor double when the clocks change.

APScheduler is the clock and nothing else: it wakes us at an instant, and a row in the ledger is written.
Its own cron skips the first hour after the spring change and doubles the third in autumn (measured,
RELIABILITY §3.1), so the times are ours: local times on local days, each turned into one instant. A time
that the spring change leaves out comes an hour later; one that autumn repeats is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from zetkin_sync.configuration.schedule import WEEKDAYS, JobEntry
from zetkin_sync.log import logger
from zetkin_sync.runner import Installation
from zetkin_sync.store import ledger

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


class WallClock(BaseTrigger):  # type: ignore[misc]
    """An APScheduler trigger over our own instants."""

    def __init__(self, entry: JobEntry, zone: ZoneInfo) -> None:
        self.entry = entry
        self.zone = zone

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        return next_due(self.entry, self.zone, previous or now)


class Clock:
    """Writes a row in the ledger when a job is due. Any number of clocks may run; a slot is one row."""

    def __init__(self, installation: Installation, *, wake: Callable[[], None] | None = None) -> None:
        self.installation = installation
        self.wake = wake or (lambda: None)
        self.scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Catch up the newest missed slot of each job, then wait for the next."""
        self.catch_up()
        for district, configuration in self.installation.by_root.items():
            zone = configuration.district.zone
            for name, entry in configuration.schedule.jobs.items():
                if not entry.follows_only:
                    self.scheduler.add_job(
                        self.tick, WallClock(entry, zone), args=(district, name), id=f"{district}:{name}"
                    )
        self.scheduler.start()

    def stop(self) -> None:
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)

    def catch_up(self) -> int:
        """Ask for the newest slot of each job that fell due while nobody watched, inside its grace."""
        now = self.installation.store.now()
        asked = 0
        for district, configuration in self.installation.by_root.items():
            for name, entry in configuration.schedule.jobs.items():
                if entry.follows_only:
                    continue
                due = newest_due(entry, configuration.district.zone, until=now)
                if due is not None and now - due <= entry.grace:
                    asked += self._ask(district, name, due)
        return asked

    def tick(self, district: int, name: str) -> None:
        """A job is due: its newest slot is written, whichever process comes first."""
        configuration = self.installation.of(district)
        entry = configuration.schedule.jobs[name]
        now = self.installation.store.now() + timedelta(seconds=1)  # two clocks differ a little
        due = newest_due(entry, configuration.district.zone, until=now)
        if due is not None and now - due <= entry.grace:
            self._ask(district, name, due)

    def _ask(self, district: int, name: str, due: datetime) -> bool:
        run = ledger.enqueue(
            self.installation.store,
            district=district,
            job=name,
            organization=district,
            slot=slot_text(due),
            due=due,
        )
        if run is not None:
            logger().info("slot.due", job=name, district=district, run=run, slot=slot_text(due))
            self.wake()
        return run is not None
