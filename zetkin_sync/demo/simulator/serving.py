"""Serving a simulator on a loopback port, and the operator's side of it."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from zetkin_sync.errors import Temporary
from zetkin_sync.language import say

HOST = "127.0.0.1"
_START_SECONDS = 60.0


class Operator:
    """The operator's side of a running simulator: its address, its clock, its true state."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> Any:
        """Read one of the operator's endpoints, `/admin` left out."""
        return self._ask("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """Use one of the operator's endpoints, `/admin` left out."""
        return self._ask("POST", path, body)

    def advance(self, seconds: float) -> Any:
        """Move the simulated clock and let everything due happen."""
        return self.post(f"/clock/advance?seconds={seconds}")

    def truth(self, table: str) -> dict[int, list[dict[str, Any]]]:
        """A whole table as the API would show it, by organization id."""
        return {int(o): rows for o, rows in self.get(f"/truth/{table}").items()}

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own loopback server
            f"{self.url}/admin{path}", content, {"content-type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)


def settings(app: FastAPI, port: int) -> uvicorn.Config:
    """How the simulator is served: loopback, no log of requests."""
    return uvicorn.Config(
        app,
        host=HOST,
        port=port,
        access_log=False,
        log_level="critical",
        lifespan="off",
        timeout_keep_alive=60,
    )


def serve(app: FastAPI, *, port: int) -> None:
    """Serve until interrupted."""
    uvicorn.Server(settings(app, port)).run()


@contextmanager
def in_thread(app: FastAPI) -> Iterator[Operator]:
    """Serve in a thread on a free port while the block runs."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        server = uvicorn.Server(settings(app, 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        operator = Operator(f"http://{HOST}:{listening.getsockname()[1]}")
        try:
            wait(operator, thread.is_alive)
            yield operator
        finally:
            server.should_exit = True
            thread.join(10)


def wait(operator: Operator, alive: Callable[[], bool]) -> None:
    """Wait until the simulator answers. Raises Temporary when it ends or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and alive():
        try:
            operator.get("/clock")
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise Temporary(say("The Zetkin simulator did not start at {url}.", url=operator.url))
