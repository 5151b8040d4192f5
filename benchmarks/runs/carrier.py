"""One worker process of the measurement: of the service (either engine), or of plain Procrastinate.

`python -m benchmarks.runs.carrier KIND URL THREADS DISTRICTS`; it says READY, and works until it is killed.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import timedelta

from tests.installations import district, finder
from zetkin_sync import log
from zetkin_sync.engine.worker import Worker
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store

JOBS = {"nothing": {"every_minutes": 1440}}


def service(kind: str, url: str, threads: int, districts: int) -> None:
    store = Store(url)
    configurations = tuple(district(n, JOBS) for n in range(1, districts + 1))
    here = Installation(Settings.model_validate({"DATABASE_URL": url}), configurations, store, finder())
    maker = Worker
    if kind == "procrastinate":
        from zetkin_sync.engine.queue import QueueWorker

        maker = QueueWorker
    worker = maker(lambda: here, size=threads, lease=timedelta(seconds=60), poll=0.2)
    ready()
    worker.work()


def plain(url: str, threads: int) -> None:
    """Procrastinate as its documentation has it: a task, a worker, no ledger."""
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=url.replace("+psycopg", "")))

    @app.task(name="nothing", queue="plain")
    def nothing(run: int) -> None:
        del run

    async def work() -> None:
        async with app.open_async():
            ready()
            await app.run_worker_async(
                queues=["plain"],
                concurrency=threads,
                fetch_job_polling_interval=1.0,
                install_signal_handlers=False,
            )

    asyncio.run(work())


def ready() -> None:
    print("READY", flush=True)


if __name__ == "__main__":
    log.set_up(level="error")
    threading.Thread(target=lambda: (sys.stdin.read(), sys.exit()), daemon=True).start()
    name, address, size, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if name == "plain":
        plain(address, size)
    else:
        service(name, address, size, count)
