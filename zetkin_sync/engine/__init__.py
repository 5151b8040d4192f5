"""The service: a clock, workers, or both, in one process, until it is told to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from zetkin_sync.clock import Clock
from zetkin_sync.engine.pulse import Pulse
from zetkin_sync.engine.worker import Worker
from zetkin_sync.errors import ConfigError, NeedsHuman, Trouble
from zetkin_sync.language import say
from zetkin_sync.live import Live
from zetkin_sync.log import logger
from zetkin_sync.runner import owner_name
from zetkin_sync.store import epoch, schema
from zetkin_sync.supervisor import Supervisor

DRAIN = 60.0  # seconds that runs under way may take after the end was asked for
HOUSEKEEPING = 30.0  # seconds between two looks at the configuration, the schema and the database's epoch
_HUNG = 120.0  # seconds without a look into the ledger: the manager may restart us
_MOST_STUCK = 8  # jobs that never returned; then a new process is better than more threads


class Carrier(Protocol):
    """What takes runs and carries them."""

    looked: float

    def work(self) -> None: ...

    def wake(self, runs: Collection[int] = ()) -> None: ...

    def stop(self) -> None: ...

    def wait(self, seconds: float) -> bool: ...

    def give_back(self) -> int: ...

    @property
    def stuck(self) -> int: ...


@dataclass(frozen=True)
class Ended:
    """How the service ended. Not `clean`: a job did not come back, and its thread is still there."""

    code: int
    clean: bool


def carrier_of(live: Live, *, workers: int) -> Carrier:
    """The engine that ZETKIN_SYNC_ENGINE names."""
    if live.settings.engine == "procrastinate":
        if live.store.dialect != "postgresql":
            raise ConfigError(
                say("The engine procrastinate needs PostgreSQL."),
                say("Set DATABASE_URL to a PostgreSQL, or take ZETKIN_SYNC_ENGINE away."),
            )
        from zetkin_sync.engine.queue import QueueWorker  # noqa: PLC0415 - an extra that is not always there

        return QueueWorker(live, size=workers)
    return Worker(live, size=workers)


class Service:
    """One process of the service. `stop` ends it; a second `stop` does not wait for runs under way."""

    def __init__(
        self,
        live: Live,
        roles: Collection[str],
        *,
        workers: int = 1,
        carrier: Carrier | None = None,
        drain: float = DRAIN,
    ) -> None:
        self.live = live
        self.roles = frozenset(roles)
        self.drain = drain
        self.carrier = carrier or carrier_of(live, workers=workers)
        self.clock = Clock(live, wake=self.carrier.wake) if "clock" in roles else None
        self.pulse = Pulse(live) if "clock" in roles else None
        self.supervisor = Supervisor(live.settings.notify_socket)
        self.code = 0
        self._stop = threading.Event()
        self._hurry = threading.Event()

    def stop(self) -> None:
        """Begin to end; asked twice, end at once."""
        if self._stop.is_set():
            self._hurry.set()
        self.carrier.stop()
        self._stop.set()

    def run(self) -> Ended:
        """Serve until stopped. Raises Trouble when it cannot start."""
        epoch.beat(self.live.store, self.live.settings.instance_path)
        logger().info("service.started", roles=sorted(self.roles), owner=owner_name())
        threads = [threading.Thread(target=self._keep_house, name="house", daemon=True)]
        if "worker" in self.roles:
            threads.append(threading.Thread(target=self.carrier.work, name="worker", daemon=True))
        for thread in threads:
            thread.start()
        if self.clock is not None:
            self.clock.start()
        self.supervisor.ready()
        while not self._stop.wait(1.0):
            if not self._hung():
                self.supervisor.alive()
        return self._end()

    def _end(self) -> Ended:
        self.supervisor.stopping()
        if self.clock is not None:
            self.clock.stop()
        self.carrier.stop()
        ended = "worker" not in self.roles or self._wait_for_runs()
        logger().info("service.stopped", roles=sorted(self.roles), owner=owner_name(), exit_code=self.code)
        return Ended(self.code, ended and not self.carrier.stuck)

    def _wait_for_runs(self) -> bool:
        """Let runs under way end. What has not ended in time is given back for others; False then."""
        until = time.monotonic() + self.drain
        while time.monotonic() < until and not self._hurry.is_set():
            if self.carrier.wait(0.2):
                return True
            self.supervisor.alive()
        if self.carrier.wait(0):
            return True
        try:
            logger().warning("worker.gave_back", count=self.carrier.give_back())
        except Trouble as trouble:  # their leases run out by themselves
            logger().warning("worker.trouble", kind=type(trouble).__name__)
        return False

    def _hung(self) -> bool:
        now = time.monotonic()
        seen = [self.carrier.looked] if "worker" in self.roles else []
        if self.clock is not None:
            seen.append(self.clock.ticked)
        return any(now - each > _HUNG for each in seen)

    def _keep_house(self) -> None:
        while not self._stop.wait(HOUSEKEEPING):
            try:
                self.look_round()
            except Trouble as trouble:
                logger().warning("house.trouble", kind=type(trouble).__name__)
            except Exception:  # a fault of ours must not end the housekeeping
                log = logger()
                log.exception("house.fault")

    def look_round(self) -> None:
        """Read a changed configuration; see that the database is still ours, and this program still its."""
        self.live.refresh()
        store = self.live.store
        try:
            if epoch.beat(store, self.live.settings.instance_path) is not None:
                logger().error("database.restored")
        except NeedsHuman:
            logger().error("database.moved")
            self._leave()
        if not schema.is_current(store):
            logger().error("schema.other", version=schema.newest())
            self._leave()
        if self.pulse is not None:
            self.pulse.look()
        if self.carrier.stuck > _MOST_STUCK:
            logger().error("worker.stuck", count=self.carrier.stuck)
            self._leave()

    def _leave(self) -> None:
        """End, so that the service manager starts us anew."""
        self.code = 1
        self._stop.set()


def serve(live: Live, roles: Collection[str], *, workers: int = 1, drain: float = DRAIN) -> Ended:
    """Run the roles ("clock", "worker") until SIGTERM or SIGINT; runs under way are finished first."""
    service = Service(live, roles, workers=workers, drain=drain)
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread of its own: a handler runs between two steps of the main thread, perhaps while it holds a lock.
        signal.signal(number, lambda *_: threading.Thread(target=service.stop).start())
    return service.run()
