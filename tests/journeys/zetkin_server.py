"""A small simulated Zetkin behind a switchboard that a test sets: what to answer instead, and when."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from zetkin_sync.demo.configuring import complete_configuration, write_configuration
from zetkin_sync.demo.district import make_district
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT
from zetkin_sync.demo.simulator import Clock, create_app
from zetkin_sync.demo.simulator.serving import Operator, in_thread
from zetkin_sync.demo.world.state import State

TODAY = date(2026, 11, 23)
Send = Callable[[dict[str, Any]], Any]


@dataclass
class Fault:
    """Answer matching requests with this instead; `times` of them, or all."""

    path: str
    status: int = 500
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    times: int = 10**9
    cut: bool = False  # promise more than is sent, then break off

    def fits(self, path: str) -> bool:
        return self.times > 0 and re.search(self.path, path) is not None


@dataclass
class Server:
    """The running server and its switchboard."""

    operator: Operator
    state: State
    faults: list[Fault]
    seen: list[str]
    root: int = 1

    def environment(self, folder: Path) -> dict[str, str]:
        """What a command needs to speak to it."""
        return {
            "ZETKIN_SYNC_CONFIG": str(folder / "config"),
            "DATABASE_URL": f"sqlite:///{folder}/zetkin_sync.db",
            "ZETKIN_SYNC_HASH_KEY": "x" * 40,
            "ZETKIN_SYNC_ZETKIN_URL": self.operator.url,
            "ZETKIN_SYNC_ZETKIN_CLIENT_ID": CLIENT_ID,
            "ZETKIN_SYNC_ZETKIN_CLIENT_SECRET": CLIENT_SECRET,
            "ZETKIN_SYNC_ZETKIN_GRANT": GRANT,
            "ZETKIN_SYNC_ZETKIN_TRIES": "2",
            "ZETKIN_SYNC_MAIL_FROM": "status@distriktet.example.org",
            "ZETKIN_SYNC_LANGUAGE": "en",
            "ZETKIN_SYNC_LOG_FORMAT": "json",
        }


@contextmanager
def serving(*, people: int = 60, associations: int = 3) -> Iterator[Server]:
    """A simulated Zetkin with a few associations, one of which answers 403."""
    state = make_district(people=people, seed=5, today=TODAY, months=3, association_count=associations)
    app = create_app(state, clock=Clock(datetime.combine(TODAY, datetime.min.time(), UTC)))
    faults: list[Fault] = []
    seen: list[str] = []

    async def switchboard(scope: dict[str, Any], receive: Any, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and not path.startswith("/admin"):
            seen.append(path)
            fault = next((f for f in faults if f.fits(path)), None)
            if fault is not None:
                fault.times -= 1
                await _answer(fault, send)
                return
        await app(scope, receive, send)

    with in_thread(switchboard) as operator:  # type: ignore[arg-type]
        yield Server(operator, state, faults, seen)


async def _answer(fault: Fault, send: Send) -> None:
    length = len(fault.body) + (1000 if fault.cut else 0)
    headers = {"content-length": str(length), **fault.headers}
    await send(
        {
            "type": "http.response.start",
            "status": fault.status,
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": fault.body, "more_body": fault.cut})
    if fault.cut:
        await asyncio.sleep(0)
        raise ConnectionError("cut on purpose")


def prepare(server: Server, folder: Path, run: Callable[..., Any]) -> None:
    """A configuration for this server, made as a person would make it; the database is migrated."""
    shutil.rmtree(folder / "config", ignore_errors=True)
    write_configuration(folder / "config", mail=folder / "mail", mailbox=folder / "mailbox")
    assert run("init", "--organization", str(server.root)).returncode == 0
    complete_configuration(folder / "config", today=TODAY)
    assert run("migrate").returncode == 0
