"""The demo left running: the page with a worker behind it, a week later, with something to decide."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from zetkin_sync.demo.loop import Demo
from zetkin_sync.engine.worker import Worker
from zetkin_sync.runner import Installation, carry, owner_name
from zetkin_sync.store import claims, ledger
from zetkin_sync.web.app import create_app

HOST, PORT = "127.0.0.1", 8000
LOGINS = ("admin", "organizer")
"""Whom to choose on the simulated login page."""

_LATER = timedelta(days=7)
_JOBS = ("pull_zetkin", "read_bounces", "reconcile", "plan_callouts")


def with_login(demo: Demo, *, port: int | None = None) -> Installation:
    """The demo's installation as the page needs it: at a free port, with the login on this machine too."""
    port = port or free_port(PORT)
    more = {"page_url": f"http://{HOST}:{port}", "local_login": True, "port": port}
    return replace(demo.installation, settings=demo.installation.settings.model_copy(update=more))


def free_port(wanted: int) -> int:
    """The wanted port, or another when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free")


def live_on(demo: Demo) -> None:
    """Let a week pass, read Zetkin again and propose, so that the page has something to decide."""
    demo.advance(_LATER)
    configuration = demo.installation.configurations[0]
    for job in _JOBS:
        if job in configuration.schedule.jobs:
            _once(demo.installation, configuration.root, job)


def _once(installation: Installation, district: int, job: str) -> None:
    """Do one job now; one that fails is seen on the page."""
    run = ledger.enqueue(
        installation.store, district=district, job=job, organization=district, slot=f"keep-{job}"
    )
    claim = claims.claim(installation.store, owner=owner_name(), lease=timedelta(minutes=5), run=run)
    if claim is not None:
        carry(installation, claim)


@contextmanager
def working(installation: Installation) -> Iterator[None]:
    """A worker in a thread, so that what is asked for on the page is done."""
    worker = Worker(lambda: installation)
    thread = threading.Thread(target=worker.work, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)


def serve(installation: Installation) -> None:
    """The page, until it is interrupted."""
    import uvicorn  # noqa: PLC0415 - only here

    with working(installation):
        uvicorn.run(
            create_app(installation),
            host=HOST,
            port=installation.settings.port,
            log_config=None,
            access_log=False,
        )
