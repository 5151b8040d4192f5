"""Runs carried by Procrastinate: ids go through PostgreSQL to whichever worker is free, on any host.

Procrastinate brings LISTEN/NOTIFY, so that a run starts at once on another host, and a lock for each
organization. It promises "at least once"; the ledger row is claimed before anything is done, so each run
stays once. A sweep offers again what nobody carries, and clears what a dead worker held.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib.metadata import version

from zetkin_sync.engine.worker import POLL, Worker
from zetkin_sync.errors import ConfigError, Trouble
from zetkin_sync.language import say
from zetkin_sync.leases import LEASE
from zetkin_sync.log import logger
from zetkin_sync.runner import Installation, carry
from zetkin_sync.store import claims, offers, upkeep

try:
    from procrastinate import App, PsycopgConnector
    from procrastinate.schema import SchemaManager
    from psycopg.conninfo import make_conninfo
except ImportError as error:
    raise ConfigError(
        say("The engine procrastinate is not installed."),
        say("Install zetkin_sync with the extra postgres, or take ZETKIN_SYNC_ENGINE away."),
    ) from error

_RESTART = 1.0  # seconds before the queue is tried again after a fault


class QueueWorker(Worker):
    """A worker that is told which runs to carry."""

    def __init__(
        self,
        installation: Callable[[], Installation],
        *,
        size: int = 1,
        lease: timedelta = LEASE,
        owner: str | None = None,
        poll: float = POLL,
    ) -> None:
        super().__init__(installation, size=size, lease=lease, owner=owner, poll=poll)
        self.size = size
        offers.prepare(self.store, version=version("procrastinate"), definition=SchemaManager.get_schema())

    def wake(self, runs: Collection[int] = ()) -> None:
        """Offer what is due, at once; what this misses the sweep finds."""
        if runs:
            offers.offer(self.store, list(runs))

    def work(self) -> None:
        """Until told to stop."""
        threading.Thread(target=self._sweep, name="sweep", daemon=True).start()
        with self.keeper.beating():
            while not self.stopping.is_set():
                try:
                    asyncio.run(self._listen())
                except Exception:  # the database was away, or a fault of ours: begin again
                    log = logger()
                    log.exception("queue.fault")
                self.stopping.wait(_RESTART)
            self.crew.wait(1e6)

    async def _listen(self) -> None:
        app = self._app()
        async with app.open_async():
            task = asyncio.create_task(
                app.run_worker_async(
                    queues=[offers.QUEUE],
                    name=self.owner,
                    concurrency=self.size,
                    fetch_job_polling_interval=max(self.poll * 4, 1.0),
                    delete_jobs="always",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self.lease.total_seconds() / 6,
                    stalled_worker_timeout=self.lease.total_seconds() * 2,
                )
            )
            while not self.stopping.is_set() and not task.done():
                await asyncio.wait({task}, timeout=0.1)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _app(self) -> App:
        url = self.store.engine.url.set(drivername="postgresql")
        address = make_conninfo(
            url.render_as_string(hide_password=False),
            application_name="zetkin_sync queue",
            connect_timeout=10,
            options=f"-c search_path={offers.SCHEMA}",
        )
        app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4))

        @app.task(name=offers.TASK, queue=offers.QUEUE)
        async def carry_offered(run: int) -> None:
            await asyncio.wrap_future(self.crew.submit(run, partial(self._carry_offered, run)))

        return app

    def _carry_offered(self, run: int) -> None:
        """Claim the run and carry it. It may be gone already, or not be ready after all: the sweep knows."""
        try:
            claim = claims.claim(
                self.store, owner=self.owner, lease=self.lease, run=run, strangers=self._known()
            )
        except Trouble as trouble:
            logger().warning("worker.trouble", kind=type(trouble).__name__)
            return
        if claim is not None:
            carry(self.installation(), claim, keeper=self.keeper)

    def _sweep(self) -> None:
        while not self.stopping.wait(self.poll):
            try:
                upkeep.look_after(self.store)
                offers.clear(self.store, silent=self.lease * 2 / 3)
                offers.offer(self.store)
                self.looked = time.monotonic()
            except Trouble as trouble:
                logger().warning("worker.trouble", kind=type(trouble).__name__)
            except Exception:  # a fault of ours must not end the sweep
                log = logger()
                log.exception("sweep.fault")
