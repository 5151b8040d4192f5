"""Writes a row in the ledger when a job is due, and catches up what was missed while nobody looked.

APScheduler is the clock and nothing else: it wakes us at an instant, and a row in the ledger is written
for whatever is due by the database's time. A second look every few seconds makes up for a host whose clock
is wrong, a database that was away, a wake-up that never came. Any number of clocks may run; a slot is one row.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from zetkin_sync.configuration import Configuration
from zetkin_sync.configuration.schedule import JobEntry
from zetkin_sync.due import jitter, newest_due, next_due, slot_text
from zetkin_sync.errors import Trouble
from zetkin_sync.log import logger
from zetkin_sync.runner import Installation
from zetkin_sync.store import controls, epoch, ledger
from zetkin_sync.store.ledger import Wanted

LOOK_EVERY = 15.0  # seconds
_EARLY = timedelta(seconds=2)  # the host's clock may run a little ahead; a row that is early waits
_BATCH = 500
_Times = tuple[tuple[str, ...], tuple[str, ...], int | None, str]


class NextDue(BaseTrigger):  # type: ignore[misc]
    """An APScheduler trigger: the first instant at which any job of any district is due."""

    def __init__(self, installation: Callable[[], Installation]) -> None:
        self.installation = installation

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The next instant later than both; aware, UTC."""
        after = max(previous or now, now)
        seen: dict[_Times, datetime | None] = {}
        for configuration in self.installation().configurations:
            zone = configuration.district.zone
            for entry in configuration.schedule.jobs.values():
                times = _times(entry, zone)
                if times not in seen:
                    seen[times] = next_due(entry, zone, after)
        return min((due for due in seen.values() if due is not None), default=None)


def _times(entry: JobEntry, zone: ZoneInfo) -> _Times:
    """What decides when an entry is due; many districts share it."""
    return entry.at, entry.days, entry.every_minutes, zone.key


class Clock:
    """The clock of one process. `installation` gives the present configuration, which may be reloaded."""

    def __init__(
        self,
        installation: Callable[[], Installation],
        *,
        wake: Callable[[list[int]], None] = lambda _runs: None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self.installation = installation
        self.wake = wake
        self.look_every = look_every
        self.looked: datetime | None = None  # by the database's clock
        self.ticked = time.monotonic()
        self._asked: dict[tuple[int, str], datetime] = {}
        self._one = threading.Lock()
        self._stop = threading.Event()
        self._sweep = threading.Thread(target=self._look_again, name="clock", daemon=True)
        self.scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
        )

    def start(self) -> None:
        """Catch up the newest missed slot of each job, then wait for the next."""
        self.scheduler.add_job(self.tick, NextDue(self.installation), id="due")
        self.scheduler.start()
        self._sweep.start()

    def stop(self) -> None:
        """No further slot is written by this clock."""
        self._stop.set()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)

    def _look_again(self) -> None:
        self.tick()
        while not self._stop.wait(self.look_every):
            self.tick()

    def tick(self) -> None:
        """Look; a database that is away is asked again in a moment."""
        self.ticked = time.monotonic()
        try:
            self.look()
        except Trouble as trouble:
            logger().warning("clock.trouble", kind=type(trouble).__name__)
        except Exception:  # a fault of ours must not end the clock
            log = logger()
            log.exception("clock.fault")

    def look(self) -> int:
        """Ask for the newest slot of each job that is due and inside its grace. Returns how many were new.

        The slots of a paused job are not asked for; when it goes on, the newest is caught up. What was due
        before the database was restored stays undone: nobody knows whether it had been done already.
        """
        with self._one:
            installation = self.installation()
            store = installation.store
            now = store.now()
            wanted = [
                (wish, (wish.district, wish.job))
                for configuration in installation.configurations
                for wish in self._due(configuration, now)
            ]
            if wanted:
                since = epoch.restored_at(store)
                paused = controls.paused_jobs(store)
                wanted = [
                    (wish, key)
                    for wish, key in wanted
                    if key not in paused and (since is None or wish.due > since)
                ]
            new: list[int] = []
            for first in range(0, len(wanted), _BATCH):
                part = wanted[first : first + _BATCH]
                with store.transaction() as connection:
                    written = ledger.enqueue_in(connection, [wish for wish, _ in part])
                self._asked.update((key, wish.due) for wish, key in part)
                new += written
            self.looked = now
        if new:
            logger().info("slots.due", count=len(new))
            self.wake(new)
        return len(new)

    def _due(self, configuration: Configuration, now: datetime) -> list[Wanted]:
        seen: dict[_Times, datetime | None] = {}
        zone, district = configuration.district.zone, configuration.root
        found = []
        for name, entry in configuration.schedule.jobs.items():
            times = _times(entry, zone)
            if times not in seen:
                seen[times] = newest_due(entry, zone, until=now + _EARLY)
            due = seen[times]
            if due is None or self._asked.get((district, name)) == due or now - due > entry.grace:
                continue
            found.append(wanted_at(configuration, name, due))
        return found


def wanted_at(configuration: Configuration, job: str, due: datetime) -> Wanted:
    """The run of a job's slot."""
    entry = configuration.schedule.jobs[job]
    return Wanted(
        district=configuration.root,
        job=job,
        organization=configuration.root,
        slot=slot_text(due),
        due=due,
        ready=due + jitter(entry, district=configuration.root, job=job),
        not_after=due + entry.grace,
        waits_for=configuration.schedule.goes_first(job),
    )
