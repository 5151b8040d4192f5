"""The service: a clock, workers, or both, in one process, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Collection
from datetime import timedelta

from zetkin_sync.clock import Clock
from zetkin_sync.errors import Trouble
from zetkin_sync.log import logger
from zetkin_sync.runner import LEASE, Installation, carry, owner_name
from zetkin_sync.store import ledger

_POLL = 1.0  # seconds between two looks into the ledger when nothing was due


class Worker:
    """Takes runs that are due, one after the other, and carries them."""

    def __init__(self, installation: Installation, *, lease: timedelta = LEASE) -> None:
        self.installation = installation
        self.lease = lease
        self.stopping = threading.Event()
        self.woken = threading.Event()

    def work(self) -> None:
        """Until told to stop. A run under way is finished first."""
        while not self.stopping.is_set():
            try:
                busy = self.once()
            except Trouble as trouble:
                logger().warning("worker.trouble", kind=type(trouble).__name__)
                busy = False
            if not busy:
                self.woken.wait(_POLL)
                self.woken.clear()

    def once(self) -> bool:
        """Carry one run if one is due."""
        installation = self.installation
        claim = ledger.claim(
            installation.store,
            owner=owner_name(),
            lease=self.lease,
            after=installation.after,
            districts=tuple(installation.by_root),
        )
        if claim is None:
            return False
        carry(installation, claim, lease=self.lease)
        return True

    def wake(self) -> None:
        self.woken.set()

    def stop(self) -> None:
        self.stopping.set()
        self.woken.set()


def serve(installation: Installation, roles: Collection[str], *, workers: int = 1) -> None:
    """Run the roles ("clock", "worker") until SIGTERM or SIGINT; runs under way are finished first."""
    worker = Worker(installation)
    clock = Clock(installation, wake=worker.wake) if "clock" in roles else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logger().info("service.started", roles=sorted(roles), owner=owner_name())
    threads = []
    if "worker" in roles:
        threads = [threading.Thread(target=worker.work, name=f"worker-{i}") for i in range(workers)]
        for thread in threads:
            thread.start()
    if clock is not None:
        clock.start()
    stop.wait()
    if clock is not None:
        clock.stop()
    worker.stop()
    for thread in threads:
        thread.join()
    logger().info("service.stopped", roles=sorted(roles), owner=owner_name())
