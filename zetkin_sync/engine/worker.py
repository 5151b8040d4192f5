"""Takes runs from the ledger as threads become free, and carries them.

The default engine: it needs nothing but the database, SQLite or PostgreSQL. With several processes, on one
host or many, each looks for itself; the ledger gives every run to one of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

from zetkin_sync.engine.crew import Crew
from zetkin_sync.errors import Trouble
from zetkin_sync.leases import LEASE, Keeper
from zetkin_sync.log import logger
from zetkin_sync.runner import Installation, carry, owner_name
from zetkin_sync.store import claims, upkeep
from zetkin_sync.store.claims import Claim, Strangers

POLL = 0.5  # seconds between two looks when nothing was due; also between two looks after the whole ledger


class Worker:
    """Carries up to `size` runs at a time. `installation` gives the present configuration."""

    def __init__(
        self,
        installation: Callable[[], Installation],
        *,
        size: int = 1,
        lease: timedelta = LEASE,
        owner: str | None = None,
        poll: float = POLL,
    ) -> None:
        self.installation = installation
        self.store = installation().store
        self.lease = lease
        self.owner = owner or owner_name()
        self.poll = poll
        self.looked = time.monotonic()
        self.stopping = threading.Event()
        self._woken = threading.Event()
        self._looked_after = 0.0
        self._strangers: tuple[Installation, Strangers] | None = None
        self.crew = Crew(size, freed=self._woken.set)
        self.keeper = Keeper(self.store, lease=lease, overdue=lambda claim: self.crew.abandon(claim.run))

    def work(self) -> None:
        """Until told to stop."""
        with self.keeper.beating():
            while not self.stopping.is_set():
                self.looked = time.monotonic()
                try:
                    busy = self._look()
                except Trouble as trouble:
                    logger().warning("worker.trouble", kind=type(trouble).__name__)
                    busy = False
                except Exception:  # a fault of ours must not end the worker
                    log = logger()
                    log.exception("worker.fault")
                    busy = False
                if not busy:
                    self._woken.wait(self.poll)
                    self._woken.clear()
            self.crew.wait(1e6)  # leases are kept until the last run has ended; `serve` bounds it

    def _look(self) -> bool:
        """Take as many runs as there are idle threads. False when there was nothing, or nobody to take it."""
        if time.monotonic() - self._looked_after >= self.poll:
            self._looked_after = time.monotonic()
            upkeep.look_after(self.store)
        idle = self.crew.idle
        if not idle:
            return False
        taken = self.take(idle)
        installation = self.installation()
        for claim in taken:
            self.crew.submit(claim.run, partial(self._carry, installation, claim))
        return bool(taken)

    def take(self, most: int) -> list[Claim]:
        """Claim up to `most` runs of jobs that we know; none once the end was asked for."""
        if self.stopping.is_set():
            return []
        return claims.claim_many(
            self.store, owner=self.owner, lease=self.lease, most=most, strangers=self._known()
        )

    def _known(self) -> Strangers:
        installation = self.installation()
        if self._strangers is None or self._strangers[0] is not installation:
            self._strangers = (installation, Strangers(installation.knows))
        return self._strangers[1]

    def _carry(self, installation: Installation, claim: Claim) -> None:
        carry(installation, claim, keeper=self.keeper)

    def once(self) -> bool:
        """Carry one run in this thread, if one is ready."""
        taken = self.take(1)
        for claim in taken:
            self._carry(self.installation(), claim)
        return bool(taken)

    def wake(self, _runs: Collection[int] = ()) -> None:
        """Something is due."""
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more."""
        self.stopping.set()
        self._woken.set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is under way. False when time ran out."""
        return self.crew.wait(seconds)

    def give_back(self) -> int:
        """Let others have at once what has not ended here. Returns how many runs."""
        return upkeep.give_back(self.store, self.keeper.held())

    @property
    def stuck(self) -> int:
        """Threads in jobs that were given up and never came back."""
        return self.crew.stuck
