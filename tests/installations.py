"""Small installations for tests of the service: districts in memory, jobs that are given, a clock that is moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from zetkin_sync.configuration import Association, Configuration, District, Schedule
from zetkin_sync.context import Context, Outcome
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.runner import Installation
from zetkin_sync.settings import Settings
from zetkin_sync.store import schema
from zetkin_sync.store.engine import Store

Job = Callable[[Context], Outcome]
_TABLES = ("run", "control", "instance", "plan", "approval", "intent", "snapshot", "mailing")


class Time:
    """A clock that a test moves."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def make_tables(store: Store, names: Iterable[str] = _TABLES) -> Store:
    """Only the tables that the service itself works with: sixty take seconds."""
    SQLModel.metadata.create_all(store.engine, tables=[SQLModel.metadata.tables[n] for n in names])
    return store


@cache
def _migrated() -> sqlite3.Connection:
    """A database with every table, made once a process."""
    store = Store("sqlite://")
    schema.migrate(store)
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    with store.connection() as held:
        held.connection.driver_connection.backup(connection)  # type: ignore[union-attr]
    return connection


def whole_store(url: str = "sqlite://", *, now: Callable[[], datetime] | None = None) -> Store:
    """An SQLite store with every table as the migrations make them, copied: migrating takes a second."""
    store = Store(url, now=now)
    with store.connection() as held:
        _migrated().backup(held.connection.driver_connection)  # type: ignore[union-attr]
    return store


def district(
    root: int, jobs: Mapping[str, Mapping[str, Any]], *, timezone: str = "Europe/Stockholm"
) -> Configuration:
    """A district with these entries in its schedule."""
    return Configuration(
        folder=Path(f"district-{root}"),
        district=District(title=f"District {root}", timezone=timezone, connectors={}),
        associations=(Association(id=root, title=f"District {root}", kind="district"),),
        schedule=Schedule.model_validate({"jobs": dict(jobs)}),
        actions={},
        recipients=(),
    )


def nothing(_context: Context) -> Outcome:
    """A job that does nothing."""
    return Outcome()


def finder(jobs: Mapping[str, Job] | None = None) -> Callable[[str], Job]:
    """Finds the given jobs; without any, every job does nothing."""

    def find(name: str) -> Job:
        if jobs is None:
            return nothing
        if name not in jobs:
            raise ConfigError(say("There is no {package}/{name}.py.", package="jobs", name=name))
        return jobs[name]

    return find


def installation(
    store: Store, *districts: Configuration, jobs: Mapping[str, Job] | None = None, **settings: Any
) -> Installation:
    """An installation of these districts."""
    return Installation(Settings.model_validate(settings), districts, store, finder(jobs))


def write_district(folder: Path, root: int, schedule: str = "") -> Path:
    """A district as files, the smallest that is right."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "district.toml").write_text(
        f'title = "District {root}"\n[connectors]\nmailer = "folder"\n', encoding="utf-8"
    )
    (folder / "schedule.toml").write_text(schedule, encoding="utf-8")
    (folder / "actions.toml").write_text("", encoding="utf-8")
    (folder / "recipients.toml").write_text("", encoding="utf-8")
    (folder / "associations.csv").write_text(
        f"id;title;kind;contact_role\n{root};District {root};district;\n", encoding="utf-8"
    )
    return folder
