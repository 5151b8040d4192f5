"""A whole pull against the simulator, and what two mirrors have in common. The parents come from what was read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
from sqlalchemy import select, text
from sqlmodel import SQLModel

import connectors.zetkin
from zetkin_sync import records
from zetkin_sync.demo.district import make_district
from zetkin_sync.demo.district.plan import CLIENT_ID, CLIENT_SECRET, GRANT
from zetkin_sync.demo.simulator import Clock, create_app
from zetkin_sync.demo.simulator.faults import Fault
from zetkin_sync.demo.simulator.serving import Operator, in_thread
from zetkin_sync.demo.world import State
from zetkin_sync.records import Mirror, Snapshot
from zetkin_sync.settings import Settings
from zetkin_sync.store.engine import Store
from zetkin_sync.store.mirror import read_whole

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ROOT = 1
KEY = "k" * 40
PARENTS: dict[type[Mirror], type[Mirror] | None] = {
    records.Tagging: records.Tag,
    records.Participation: records.Event,
    records.Response: records.Event,
    records.EventStats: records.Event,
    records.Reminder: records.Event,
    records.SurveyOption: records.Survey,
    records.SurveySubmission: records.Survey,
    records.SurveyAnswer: records.SurveySubmission,
    records.CallStats: records.CallAssignment,
    records.Caller: records.CallAssignment,
    records.AssignedTask: records.Task,
    records.EmailStats: records.Email,
    records.EmailRecipient: records.Email,
    records.EmailLink: records.Email,
    records.AreaStats: records.AreaAssignment,
    records.AreaAssignee: records.AreaAssignment,
    records.JourneyPerson: None,
    records.DuplicatePerson: None,
    records.EmailBlocked: None,
}
LISTS = [r for r in Mirror.__subclasses__() if r not in PARENTS and r is not records.Organization]


class Hurried:
    """A clock that goes as time does, and jumps ahead instead of sleeping."""

    def __init__(self) -> None:
        self.slept = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += max(0.0, seconds)


class Simulated:
    """A simulator that runs, its state, and the operator's side of it."""

    def __init__(self, state: State, operator: Operator) -> None:
        self.state = state
        self.operator = operator
        self.url = operator.url

    def settings(self, **more: Any) -> Settings:
        usual = {
            "hash_key": KEY,
            "zetkin_url": self.url,
            "zetkin_client_id": CLIENT_ID,
            "zetkin_client_secret": CLIENT_SECRET,
            "zetkin_grant": GRANT,
            "zetkin_requests_per_run": 10**6,
        }
        return Settings(**{**usual, **more})

    def connect(self, **options: Any) -> connectors.zetkin.Zetkin:
        """The client; it never really waits. Options beginning with `zetkin_` are settings."""
        clock = Hurried()
        of_settings = {name: options.pop(name) for name in list(options) if name.startswith("zetkin_")}
        return connectors.zetkin.connect(
            self.settings(**of_settings), clock=clock, sleep=clock.sleep, **{"now": lambda: NOW, **options}
        )

    def faults(self, *faults: Fault) -> None:
        """Put these rules in force, in place of all others."""
        answer = httpx.put(f"{self.url}/admin/faults", content=msgspec.json.encode(faults), timeout=60)
        assert answer.status_code == 200, answer.text

    def hits(self) -> int:
        return int(self.operator.get("/faults")["hits"])


class Network(httpx.BaseTransport):
    """The way to the server: now and then nobody answers at its address. `chance` is per request."""

    def __init__(self, inner: httpx.BaseTransport, *, seed: int) -> None:
        self.inner = inner
        self.dice = Random(seed)
        self.chance = 0.0
        self.refused = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.dice.random() < self.chance:
            self.refused += 1
            raise httpx.ConnectError("nobody answers", request=request)
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@contextmanager
def simulated(**district: Any) -> Iterator[Simulated]:
    """A simulator with a small district, its clock standing still."""
    usual = {"people": 100, "months": 3, "association_count": 5, "today": date(2026, 11, 22)}
    state = make_district(**{**usual, **district})
    with in_thread(create_app(state, clock=Clock(NOW, ticks=None))) as operator:
        yield Simulated(state, operator)


class Mirrored:
    """A mirror in a file, with a clock of its own."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.path = path
        self.store = Store(f"sqlite:///{path}", now=lambda: self.now)
        SQLModel.metadata.create_all(self.store.engine)

    def read(
        self, zetkin: Any, record: type[Mirror], organization: int, parents: list[int] | None = None
    ) -> Snapshot:
        pages = zetkin.pages(record, organization=organization, parents=parents or ())
        return read_whole(self.store, record, pages, district=ROOT, organization=organization)

    def pull(self, zetkin: Any) -> list[Snapshot]:
        """Read everything of every organization."""
        snapshots = [self.read(zetkin, records.Organization, ROOT)]
        for organization in sorted(o for (o,) in self.rows(records.Organization, "id")):
            snapshots += [self.read(zetkin, record, organization) for record in LISTS]
            for record, parent in PARENTS.items():
                parents = None if parent is None else self.parents(parent, organization)
                snapshots.append(self.read(zetkin, record, organization, parents))
        return snapshots

    def parents(self, record: type[Mirror], organization: int) -> list[int]:
        key = "id"
        found = self.rows(record, "organization", key, *(("owner",) if record is records.Tag else ()))
        return sorted(
            {row[1] for row in found if row[0] == organization and row[2:] in ((), (organization,))}
        )

    def rows(self, record: type[Mirror], *columns: str) -> list[tuple[Any, ...]]:
        table = record.__table__  # type: ignore[attr-defined]
        wanted = [table.c[name] for name in columns] or [table]
        with self.store.reading() as session:
            return sorted((tuple(row) for row in session.connection().execute(select(*wanted))), key=repr)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every mirrored row there is."""
        return {record.mirrored.resource: self.rows(record) for record in Mirror.__subclasses__()}

    def compared(self, simulator: Simulated) -> dict[str, tuple[list[Any], list[Any]]]:
        """What stands only here or only in the simulator's own state, of what both can say without a secret."""
        seen = {o for (o,) in self.rows(records.Organization, "id")}
        closed = {o.id for o in simulator.state.organizations.values() if o.closed}

        def theirs(table: str, row: Callable[[dict[str, Any]], tuple[Any, ...]]) -> list[tuple[Any, ...]]:
            found = simulator.operator.truth(table)
            return [(o, *row(r)) for o, rows in found.items() if o in seen - closed for r in rows]

        def when(text: str | None) -> Any:
            return text if text is None else datetime.fromisoformat(text).replace(tzinfo=None)

        here = {
            "people": self.rows(records.Person, "organization", "id", "has_phone", "is_user"),
            "events": self.rows(records.Event, "organization", "id", "title", "starts", "ends"),
            "participants": self.rows(records.Participation, "organization", "event", "person"),
            "responses": self.rows(records.Response, "organization", "event", "person"),
            "campaigns": self.rows(records.Project, "organization", "id", "title"),
            "tasks": self.rows(records.Task, "organization", "id"),
            "emails": self.rows(records.Email, "organization", "id"),
        }
        there = {
            "people": theirs(
                "people", lambda p: (p["id"], bool(p["phone"] or p["alt_phone"]), bool(p["is_user"]))
            ),
            "events": theirs(
                "events", lambda e: (e["id"], e["title"], when(e["start_time"]), when(e["end_time"]))
            ),
            "participants": theirs("participants", lambda p: (p["event"], p["id"])),
            "responses": theirs("responses", lambda r: (r["event"], r["id"])),
            "campaigns": theirs("campaigns", lambda c: (c["id"], c["title"])),
            "tasks": theirs("tasks", lambda t: (t["id"],)),
            "emails": theirs("emails", lambda e: (e["id"],)),
        }
        return differences(here, there)

    def later(self, minutes: float = 61) -> None:
        self.now += timedelta(minutes=minutes)

    def is_sound(self) -> bool:
        with self.store.reading() as session:
            return bool(session.connection().execute(text("PRAGMA integrity_check")).scalar() == "ok")

    def close(self) -> None:
        self.store.close()


def fresh(zetkin: Any, path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a mirror holds that has never seen anything else."""
    mirror = Mirrored(path)
    try:
        broken = [s for s in mirror.pull(zetkin) if not s.complete]
        assert [
            s.why for s in broken if "does not let us" not in str(s.why)
        ] == []  # one association never does
        return mirror.everything()
    finally:
        mirror.close()


def differences(
    one: dict[str, list[tuple[Any, ...]]], other: dict[str, list[tuple[Any, ...]]]
) -> dict[str, tuple[list[Any], list[Any]]]:
    """Rows that only one of two mirrors has, by resource."""
    found = {}
    for resource, rows in one.items():
        mine, theirs = set(rows), set(other[resource])
        if mine != theirs:
            found[resource] = (sorted(mine - theirs, key=repr)[:5], sorted(theirs - mine, key=repr)[:5])
    return found
