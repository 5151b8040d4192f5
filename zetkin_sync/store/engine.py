"""The database: one way in for reading, one for writing, and its clock.

SQLite by default (WAL, synchronous=FULL, foreign keys on, one host); PostgreSQL by URL. Errors of the
database become `Trouble` here, so that nobody above knows SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from zetkin_sync.errors import ConfigError, NeedsHuman, Temporary, Trouble
from zetkin_sync.language import say

BUSY_SECONDS = 30
__all__ = [
    "Session",
    "Store",
    "trouble_of",
]  # `Session`: an open transaction, for those who may not know SQLModel's
_NOW = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
}


class Store:
    """A database and what time it is there.

    `now` replaces the database's clock (simulation); everything that decides by time asks `store.now()`.
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] | None = None) -> None:
        self.engine = _engine(url)
        self.dialect = self.engine.dialect.name
        self._now = now

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state and is never committed."""
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back by an exception. One writer at a time on SQLite."""
        with (
            _translated(),
            self.engine.connect().execution_options(write=True) as connection,
            connection.begin(),
            Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in autocommit, for set-based work that opens its own transactions."""
        with (
            _translated(),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            yield connection

    def now(self) -> datetime:
        """The present instant, UTC, by the database's clock."""
        if self._now is not None:
            return self._now()
        with self.reading() as session:
            value = session.connection().execute(text(_NOW[self.dialect])).scalar_one()
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC)

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigError(
            say("DATABASE_URL is not a database address: {url}.", url=url.rsplit("@", maxsplit=1)[-1]),
            say("Use sqlite:///zetkin_sync.db or postgresql+psycopg://user@host/name."),
        ) from error
    if parsed.get_backend_name() == "sqlite":
        memory = {} if parsed.database else {"poolclass": StaticPool}  # one connection is one database
        arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        engine = create_engine(parsed, connect_args=arguments, **memory)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise ConfigError(
        say("DATABASE_URL names {kind}, which is not supported.", kind=parsed.get_backend_name()),
        say("Use sqlite:///zetkin_sync.db or postgresql+psycopg://user@host/name."),
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are opened by _begin_sqlite, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise trouble_of(error) from error


def trouble_of(error: DatabaseError) -> Trouble | DatabaseError:
    """What a database error means to a person; an error of our own making stays what it is."""
    said = str(error.orig).lower()
    if "locked" in said or "busy" in said:
        return Temporary(
            say("The database is busy: another process has been writing for {n} seconds.", n=BUSY_SECONDS),
            say("Try again; if it stays, see which process it is with `zetkin-sync doctor`."),
        )
    if "readonly" in said or "read-only" in said:
        return NeedsHuman(
            say("The database cannot be written."),
            say("Give the service's user write access to the file and its folder."),
        )
    if "disk is full" in said or "no space" in said:
        return NeedsHuman(
            say("The disk is full; nothing was written."), say("Make room and start the run again.")
        )
    if "malformed" in said or "not a database" in said:
        return NeedsHuman(
            say("The database file is damaged."),
            say("Stop the service and restore the newest backup (docs/operations.md)."),
        )
    if "no such table" in said or "does not exist" in said:
        return ConfigError(
            say("The database has no tables yet, or older ones."), say("Run `zetkin-sync migrate`.")
        )
    if isinstance(error, OperationalError):
        return Temporary(
            say("The database does not answer."), say("Check that it runs and that DATABASE_URL is right.")
        )
    return error
