"""Keeps the runs that this process carries: renews their leases, and gives up the one that never ends.

One thread renews all of them three times in a lease. A run is lost when another worker took it, when a
person stopped it, when it took longer than its job may, or when the database could not be reached for a whole
lease; the job learns it at its next report or write.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from zetkin_sync.errors import Trouble
from zetkin_sync.language import Message, say
from zetkin_sync.log import logger
from zetkin_sync.records import RunState
from zetkin_sync.store import claims, upkeep
from zetkin_sync.store.claims import Claim
from zetkin_sync.store.engine import Store

LEASE = timedelta(seconds=60)


@dataclass(eq=False)
class Held:
    """A run that this process carries. `until` is the end of its job's patience, on the monotonic clock."""

    claim: Claim
    until: float
    lost: threading.Event = field(default_factory=threading.Event)


class Keeper:
    """The leases of one process. `overdue` is told of a run that took too long, after it was ended."""

    def __init__(
        self,
        store: Store,
        *,
        lease: timedelta = LEASE,
        overdue: Callable[[Claim], None] = lambda _claim: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.lease = lease
        self.overdue = overdue
        self.clock = clock
        self._held: dict[int, Held] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._renewed = clock()

    @contextmanager
    def holding(self, claim: Claim, *, timeout: timedelta) -> Iterator[Held]:
        """Keep the run while the block lasts."""
        held = Held(claim, self.clock() + timeout.total_seconds())
        with self._lock:
            if not self._held:
                self._renewed = self.clock()
            self._held[claim.run] = held
        try:
            yield held
        finally:
            with self._lock:
                if self._held.get(claim.run) is held:
                    del self._held[claim.run]

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Renew in a thread of its own while the block lasts."""
        beat = threading.Thread(target=self._beat_on, name="leases", daemon=True)
        beat.start()
        try:
            yield
        finally:
            self._stop.set()

    def _beat_on(self) -> None:
        while not self._stop.wait(self.lease.total_seconds() / 3):
            try:
                self.beat()
            except Exception:  # a fault of ours must not end the thread that keeps every run
                log = logger()
                log.exception("lease.fault")

    def held(self) -> list[Claim]:
        """What this process carries now and has not lost."""
        with self._lock:
            return [h.claim for h in self._held.values() if not h.lost.is_set()]

    def beat(self) -> None:
        """Renew every lease; tell those that were lost; end those that took too long."""
        with self._lock:
            mine = [h for h in self._held.values() if not h.lost.is_set()]
        try:
            kept = claims.renew_many(self.store, [h.claim for h in mine], lease=self.lease)
            self._renewed = self.clock()
        except (
            Trouble
        ) as trouble:  # a busy database: the next beat tries again, the lease is three beats long
            logger().warning("lease.late", kind=type(trouble).__name__, count=len(mine))
            kept = {h.claim.run for h in mine} if self._still_fresh() else set()
        for held in mine:
            if held.claim.run not in kept:
                held.lost.set()
                logger().warning("lease.lost", run=held.claim.run, job=held.claim.job)
            elif self.clock() > held.until:
                self._give_up(held)

    def _still_fresh(self) -> bool:
        return self.clock() - self._renewed < self.lease.total_seconds()

    def _give_up(self, held: Held) -> None:
        claim = held.claim
        try:
            upkeep.end(self.store, claim, state=RunState.FAILED, notes=(too_long(claim),))
        except Trouble:  # it is tried again at the next beat
            return
        held.lost.set()
        logger().error("run.overdue", run=claim.run, job=claim.job, district=claim.district)
        self.overdue(claim)


def too_long(claim: Claim) -> Message:
    """Why a run was given up."""
    return say("The job {job} took longer than it may and was given up.", job=claim.job)
