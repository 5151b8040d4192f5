"""Serving a simulator on a loopback port, and the operator's side of it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from zetkin_sync.demo.simulator.faults import Fault
from zetkin_sync.demo.simulator.mutations import Mutated, Mutation
from zetkin_sync.demo.simulator.wire import Connections
from zetkin_sync.demo.world.policy import Policy
from zetkin_sync.errors import ConfigError, Temporary
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

    def set_faults(self, *faults: Fault) -> None:
        """Put these faults in force, in place of all others; none ends them."""
        self._ask("PUT", "/faults", msgspec.to_builtins(faults))

    @property
    def fault_hits(self) -> int:
        """How many faults the rules in force have injected."""
        return int(self.get("/faults")["hits"])

    def mutate(self, wanted: Mutation) -> Mutated:
        """Let people join, leave, move, be edited or merged."""
        return msgspec.convert(self.post("/mutate", msgspec.to_builtins(wanted)), Mutated)

    def set_policy(self, policy: Policy) -> None:
        """Choose how the server behaves where nobody has documented the real one."""
        self._ask("PUT", "/policy", msgspec.to_builtins(policy))

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


def settings(app: ASGIApp, port: int) -> uvicorn.Config:
    """How the simulator is served: loopback, no log of requests, connections that faults can break off."""
    connections: Connections = app.state.connections if isinstance(app, FastAPI) else {}
    return uvicorn.Config(
        app,
        http=_breakable(connections),
        host=HOST,
        port=port,
        access_log=False,
        log_level="critical",
        lifespan="off",
        timeout_keep_alive=60,
    )


def _breakable(connections: Connections) -> type[H11Protocol]:
    """An HTTP protocol that keeps its connections where faults find them."""

    class Breakable(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.client is not None:
                connections[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            if self.client is not None:
                connections.pop(self.client, None)
            super().connection_lost(exc)

    return Breakable


def serve(app: ASGIApp, *, port: int, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted; `ready` is called once the port is ours. Raises ConfigError when it is taken."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # asyncio sends at once only on these
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError:
            raise ConfigError(
                say("Port {port} is taken by another program.", port=str(port)),
                say("Choose another one with {option}.", option="--port"),
            ) from None
        ready()
        uvicorn.Server(settings(app, port)).run(sockets=[listening])


@contextmanager
def in_thread(app: ASGIApp) -> Iterator[Operator]:
    """Serve in a thread on a free port while the block runs."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # asyncio sends at once only on these
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
