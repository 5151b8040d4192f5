"""A host for the kill tests: forks service processes at once when told, and says when one has died.

`python -m tests.faults.victim` reads one JSON line a command and writes one a happening. The program is loaded once, so
that a new process costs a few milliseconds: a test can kill hundreds. What a child runs is the service itself.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from traceback import format_exception
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import configure_mappers

from tests.installations import district, finder
from zetkin_sync import log
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import Context, Outcome
from zetkin_sync.engine import Service
from zetkin_sync.engine.queue import QueueWorker
from zetkin_sync.engine.worker import Worker
from zetkin_sync.records import Run
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings
from zetkin_sync.store import claims
from zetkin_sync.store.engine import Store

JOBS = {
    "first": {"every_minutes": 1, "grace_minutes": 10, "jitter_minutes": 0.1},
    "second": {"every_minutes": 1, "grace_minutes": 10, "jitter_minutes": 0.1},
    "third": {"after": ["first"], "grace_minutes": 10},
    "asked": {"grace_minutes": 10},
}
_BEGAN = text("INSERT INTO began VALUES (:run, :fence, :owner, :at)")
_DONE = text("INSERT INTO done VALUES (:run, :fence, :district, :job, :slot)")


class Still:
    """An installation that is not read from files."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.settings = installation.settings
        self.store = installation.store
        self.broken: dict[Path, Any] = {}

    def __call__(self) -> Installation:
        return self.installation

    def refresh(self) -> bool:
        return False


def job(seconds: float, owner: str) -> Any:
    """Says that it began, takes a while, and leaves one row in the transaction that ends the run."""

    def run(context: Context) -> Outcome:
        claim = context.claim
        with context.store.transaction() as connection:
            at = context.store.now(connection).timestamp()
            connection.execute(_BEGAN, {"run": claim.run, "fence": claim.fence, "owner": owner, "at": at})
        time.sleep(random.uniform(0.2, 1.8) * seconds)
        row = {
            "run": claim.run,
            "fence": claim.fence,
            "district": claim.district,
            "job": claim.job,
            "slot": claim.slot,
        }
        return Outcome(effects=(lambda session: session.connection().execute(_DONE, row),))

    return run


@cache
def districts(count: int) -> tuple[Configuration, ...]:
    """As many districts, made before the first child, so that none spends its short life on it."""
    return tuple(district(n, JOBS) for n in range(1, count + 1))


def serve(order: dict[str, Any]) -> None:
    """One process of the service, until somebody kills it."""
    random.seed(os.getpid())
    settings = Settings.model_validate(
        {
            "DATABASE_URL": order["url"],
            "instance_file": Path(order["folder"]) / f"{order['host']}.instance",
            "engine": order["engine"],
        }
    )
    store = Store(order["url"])
    owner = f"{order['host']}:{os.getpid()}"
    if order["risk"]:
        _at_risk(store, order["risk"])
    if not order["fence"]:  # the negative control: whoever has once held a run may end it
        claims.held_by = lambda *held: Run.__table__.c.id.in_([c.run for c in held])  # type: ignore[attr-defined]
    work = job(order["seconds"], owner)
    live: Any = Still(
        Installation(settings, districts(order["districts"]), store, finder(dict.fromkeys(JOBS, work)))
    )
    maker: Any = QueueWorker if order["engine"] == "procrastinate" else Worker
    lease = timedelta(seconds=order["lease"])
    carrier = maker(live, size=order["workers"], lease=lease, owner=owner, poll=0.25)
    Service(live, order["roles"], carrier=carrier).run()


def _at_risk(store: Store, risk: float) -> None:
    """Die at any statement or commit, before or after it, with this probability."""

    def perhaps(*_: Any) -> None:
        if random.random() < risk:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
        event.listen(store.engine, moment, perhaps)


def host() -> None:
    """Obey until standard input ends; then everything that is left is killed."""
    configure_mappers()
    import_module("psycopg")
    os.set_blocking(0, False)
    held = b""
    while True:
        try:
            part = os.read(0, 65_536)
            if not part:
                os.killpg(0, signal.SIGKILL)
            held += part
        except BlockingIOError:
            part = b""
        while b"\n" in held:
            line, _, held = held.partition(b"\n")
            order = json.loads(line)
            districts(order["districts"])
            child = os.fork()
            if child == 0:
                _be(order)
            say({"born": child, "name": order["name"], "at": time.time()})
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            say({"died": pid, "killed": killed, "status": status, "at": time.time()})
        time.sleep(0.01)


def _be(order: dict[str, Any]) -> None:
    code = 1
    try:
        log.set_up(form="console", level="warning")
        serve(order)
        code = 0
    except Exception as error:
        sys.stderr.write("".join(format_exception(error)))
        raise
    finally:
        os._exit(code)


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    host()
