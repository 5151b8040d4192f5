"""Hosts with service processes that are killed and frozen at random, and the reckoning afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.faults.victim import JOBS
from zetkin_sync.records import RunState
from zetkin_sync.store import ledger, schema
from zetkin_sync.store.engine import Store

ROOT = Path(__file__).parents[2]
_WAITING = 4  # runs that wait at a time
TIMED = [name for name, entry in JOBS.items() if "every_minutes" in entry]


@dataclass
class Process:
    """A service process that is always there: when it dies, another takes its place."""

    name: str
    host: Host
    order: dict[str, Any]
    pid: int = 0
    frozen: bool = False


@dataclass
class Host:
    """A process group of its own, with a name of its own."""

    name: str
    folder: Path
    running: Any = None
    processes: dict[str, Process] = field(default_factory=dict)


class World:
    """A database, hosts, and who is alive on them."""

    def __init__(self, url: str, folder: Path, *, districts: int, seed: int, lease: float = 2.0) -> None:
        self.url = url
        self.folder = folder
        self.districts = districts
        self.lease = lease
        self.random = random.Random(seed)
        self.store = Store(url)
        schema.migrate(self.store)
        with self.store.transaction() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE began (run INTEGER, fence INTEGER, owner TEXT, at FLOAT)"
            )
            connection.exec_driver_sql(
                "CREATE TABLE done (run INTEGER, fence INTEGER, district INTEGER, job TEXT, slot TEXT)"
            )
        self.hosts: dict[str, Host] = {}
        self.deaths: dict[str, float] = {}  # when each process was killed, by its name in the ledger
        self.kills = 0
        self.freezes = 0
        self.unasked: list[int] = []
        self.asked: set[tuple[int, str, str]] = set()
        self.reviving = True
        self._lock = threading.Lock()

    def host(self, name: str) -> Host:
        """Start a host."""
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / f"{name}.log").open("w"),
            text=True,
            start_new_session=True,
        )
        host = Host(name, self.folder, running)
        self.hosts[name] = host
        threading.Thread(target=self._listen, args=(host,), daemon=True).start()
        return host

    def process(self, host: Host, name: str, **order: Any) -> Process:
        """Start a service process there, and keep one there."""
        full = {
            "name": name,
            "host": host.name,
            "url": self.url,
            "folder": str(self.folder),
            "districts": self.districts,
            "lease": self.lease,
            "roles": ["clock", "worker"],
            "workers": 2,
            "engine": "ledger",
            "seconds": 0.1,
            "risk": 0.0,
            "fence": True,
            **order,
        }
        process = Process(name, host, full)
        host.processes[name] = process
        self._birth(process)
        return process

    def _birth(self, process: Process) -> None:
        with suppress(BrokenPipeError, ValueError):
            process.host.running.stdin.write(json.dumps(process.order) + "\n")
            process.host.running.stdin.flush()

    def _listen(self, host: Host) -> None:
        for line in host.running.stdout:
            said = json.loads(line)
            if "born" in said:
                host.processes[said["name"]].pid = said["born"]
                continue
            with self._lock:
                self.deaths[f"{host.name}:{said['died']}"] = said["at"]
                if said["killed"]:
                    self.kills += 1
                else:
                    self.unasked.append(said["status"])
            process = next((p for p in host.processes.values() if p.pid == said["died"]), None)
            if process is not None:
                process.pid, process.frozen = 0, False
                if self.reviving:
                    self._birth(process)

    # -- harm

    def kill(self, process: Process) -> None:
        """Kill -9, at whatever it is doing."""
        self._signal(process, signal.SIGKILL)

    def freeze(self, process: Process, seconds: float) -> None:
        """Stop it for a while, as a paused virtual machine; then it goes on as if nothing had been."""
        if process.pid and not process.frozen:
            process.frozen = True
            self.freezes += 1
            self._signal(process, signal.SIGSTOP)
            pid = process.pid
            threading.Timer(seconds, lambda: self._thaw(process, pid)).start()

    def _thaw(self, process: Process, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        process.frozen = False

    @staticmethod
    def _signal(process: Process, number: int) -> None:
        if process.pid:
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def everybody(self) -> list[Process]:
        return [p for h in self.hosts.values() for p in h.processes.values()]

    def awake(self) -> list[Process]:
        return [p for p in self.everybody() if not p.frozen]

    def at_work(self) -> list[Process]:
        """Those that carry runs now, none of which was hunted before: after ten deaths a run is given up."""
        query = text("SELECT owner FROM run WHERE state = 'running' GROUP BY owner HAVING max(fence) < 4")
        with self.store.reading() as session:
            owners = set(session.connection().execute(query).scalars())
        return [p for p in self.awake() if f"{p.host.name}:{p.pid}" in owners]

    @contextmanager
    def asking(self) -> Iterator[None]:
        """People ask for runs meanwhile, so that there is always something under way to be killed."""
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.1):
                if self.states()["queued"] >= _WAITING:
                    continue
                number = len(self.asked) + 1
                wish = (number % self.districts + 1, "asked", f"request-{number}")
                ledger.enqueue(
                    self.store,
                    district=wish[0],
                    job=wish[1],
                    organization=1000 + number,
                    slot=wish[2],
                    asked_by="user:1",
                )
                self.asked.add(wish)

        people = threading.Thread(target=ask)
        people.start()
        try:
            yield
        finally:
            over.set()
            people.join()

    def chaos(self, *, kills: int, every: float, freezing: float, most_seconds: float) -> None:
        """Until there were so many kills: kill one, sometimes a whole host, or freeze one beyond its lease.

        Mostly one that carries a run; else whoever it may be, so that some die as they begin.
        """
        until = time.monotonic() + most_seconds
        while self.kills < kills and time.monotonic() < until:
            time.sleep(self.random.expovariate(1 / every))
            choose = self.at_work if self.random.random() < 0.8 else self.awake
            while not (found := choose()) and time.monotonic() < until:
                time.sleep(0.02)
            victim = self.random.choice(found or self.everybody())
            if self.random.random() < freezing:
                self.freeze(victim, self.lease * 1.6)
            elif self.random.random() < 0.1:
                for process in self.awake():
                    if process.host is victim.host:
                        self.kill(process)
            else:
                self.kill(victim)

    def end(self) -> None:
        """Nobody is left."""
        self.reviving = False
        for host in self.hosts.values():
            with suppress(ProcessLookupError):
                os.killpg(host.running.pid, signal.SIGCONT)
                os.killpg(host.running.pid, signal.SIGKILL)
            host.running.wait()
        self.store.close()

    # -- the reckoning

    def begun(self, *, seconds: float = 60) -> datetime:
        """The slot that the first clock to look has asked for: from then on none may be missed."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.store.reading() as session:
                slot = (
                    session.connection()
                    .execute(text("SELECT min(slot) FROM run WHERE asked_by IS NULL"))
                    .scalar_one()
                )
            if slot is not None:
                return datetime.strptime(slot, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
            time.sleep(0.1)
        raise AssertionError("no clock has looked")

    def due(self, begin: datetime, end: datetime) -> set[tuple[int, str, str]]:
        """Every slot between two instants, and what people asked for."""
        first = begin.replace(second=0, microsecond=0)
        minutes = [first + timedelta(minutes=n) for n in range(int((end - first).total_seconds() // 60) + 1)]
        slots = [m.strftime("%Y-%m-%dT%H:%MZ") for m in minutes]
        timed = {(d, j, s) for d in range(1, self.districts + 1) for j in (*TIMED, "third") for s in slots}
        return timed | self.asked

    def wait_until_done(self, due: set[tuple[int, str, str]], *, seconds: float) -> None:
        """Until each of these has left its row, or time is up."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and due - set(self.done()):
            time.sleep(0.5)

    def done(self) -> Counter[tuple[int, str, str]]:
        """How often each slot has left its row."""
        with self.store.reading() as session:
            rows = session.connection().execute(text("SELECT district, job, slot FROM done")).all()
        return Counter((d, j, s) for d, j, s in rows)

    def twice(self) -> list[tuple[int, str, str]]:
        return [slot for slot, times in self.done().items() if times > 1]

    def states(self) -> Counter[str]:
        with self.store.reading() as session:
            rows = session.connection().execute(text("SELECT state, count(*) FROM run GROUP BY state")).all()
        return Counter({row[0]: row[1] for row in rows})

    def ended_otherwise(self) -> list[Any]:
        """Runs that ended, but not as done."""
        with self.store.reading() as session:
            return list(
                session.connection().execute(
                    text("SELECT id, job, slot, state, fence, notes FROM run WHERE state IN (:a, :b)"),
                    {"a": RunState.FAILED, "b": RunState.SKIPPED},
                )
            )

    def interruptions(self) -> int:
        """How often a run was under way when its process died or froze, and was carried again."""
        with self.store.reading() as session:
            query = text("SELECT sum(fence - 1) FROM run WHERE fence > 1")
            return int(session.connection().execute(query).scalar_one() or 0)

    def takeovers(self) -> list[float]:
        """Seconds from the death of a run's process to the moment another carried it."""
        with self.store.reading() as session:
            rows = session.connection().execute(text("SELECT run, fence, owner, at FROM began")).all()
        began = {(run, fence): (owner, at) for run, fence, owner, at in rows}
        return sorted(
            began[run, fence + 1][1] - max(self.deaths[owner], at)
            for (run, fence), (owner, at) in began.items()
            if owner in self.deaths and (run, fence + 1) in began
        )


def now() -> datetime:
    return datetime.now(UTC)
