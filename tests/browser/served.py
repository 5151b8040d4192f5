"""The page on a real port, with a worker that carries runs: what a browser needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from tests.page_world import World, page_world
from tests.ports import free_port
from zetkin_sync.engine.worker import Worker


@contextmanager
def served(tmp_path: Path, **settings: Any) -> Iterator[tuple[World, str]]:
    """A world of `page_world` and the address where a browser finds it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        page_world(tmp_path, page_url=address, local_login=True, **settings) as world,
        listening(world.app, port),
    ):
        yield world, address


@contextmanager
def listening(app: Any, port: int) -> Iterator[None]:
    """Uvicorn in a thread while the block runs."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ends = time.monotonic() + 20
    while not server.started and time.monotonic() < ends:
        time.sleep(0.02)
    assert server.started
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


@contextmanager
def working(installation: Any) -> Iterator[None]:
    """A worker that carries what is asked for."""
    worker = Worker(lambda: installation, poll=0.1)
    thread = threading.Thread(target=worker.work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)
