"""The database: one way in for reading, one for writing, and its clock.

SQLite by default (WAL, synchronous=FULL, foreign keys on, one host); PostgreSQL by URL. Errors of the
database become `Trouble` here, so that nobody above knows SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
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
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 40}  # a process has up to 32 workers and its page
_POSTGRES = {
    "application_name": "zetkin_sync",
    "connect_timeout": 10,
    # A cable that is cut answers nothing: give the connection up before the lease is over.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    # A frozen process must not hold rows for ever, and waiting for one ends.
    "options": "-c lock_timeout=30s -c idle_in_transaction_session_timeout=60s",
}
_NOW = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
}


class Store:
    """A database and what time it is there.

    `key` encrypts a SQLite file (SQLCipher). `now` replaces the database's clock (simulation); everything that decides by time asks `store.now()`.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        now: Callable[[], datetime] | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.engine = _engine(url, busy_seconds, key)
        self.dialect = self.engine.dialect.name
        self._now = now

    @property
    def place(self) -> str:
        """Where it is, without password."""
        return self.engine.url.render_as_string(hide_password=True)

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
    def transaction(self) -> Iterator[Connection]:
        """A connection whose work is committed at the end, without the session's bookkeeping."""
        with (
            _translated(),
            self.engine.connect().execution_options(write=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in autocommit, for set-based work that opens its own transactions."""
        with (
            _translated(),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            yield connection

    def now(self, connection: Connection | None = None) -> datetime:
        """The present instant, UTC, by the database's clock; asked on `connection` when there is one."""
        if self._now is not None:
            return self._now()
        if connection is None:
            with self.reading() as session:
                return self.now(session.connection())
        value = connection.execute(text(_NOW[self.dialect])).scalar_one()
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC)

    def damage(self) -> str | None:
        """What is wrong with the database's file; None when it is whole. A server looks after its own."""
        if self.dialect != "sqlite":
            return None
        with self.reading() as session:
            said = str(session.connection().execute(text("PRAGMA quick_check(1)")).scalar_one())
        return None if said == "ok" else said

    def settle(self) -> None:
        """Have everything in the one file, so that it can be moved."""
        if self.dialect == "sqlite":
            with self.connection() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=DELETE")

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str, busy_seconds: float, key: str | None) -> Engine:
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigError(
            say("DATABASE_URL is not a database address: {url}.", url=url.rsplit("@", maxsplit=1)[-1]),
            say("Use sqlite:///zetkin_sync.db or postgresql+psycopg://user@host/name."),
        ) from error
    if parsed.get_backend_name() == "sqlite":
        memory = {} if parsed.database else {"poolclass": StaticPool}  # one connection is one database
        arguments = {"timeout": busy_seconds, "check_same_thread": False}
        driver = {"module": _cipher()} if key else {}
        engine = create_engine(parsed, connect_args=arguments, **driver, **(memory or _POOL))
        if key:
            event.listen(engine, "connect", partial(_unlock, key))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args=_POSTGRES,
            pool_pre_ping=True,
            **_POOL,
        )
    raise ConfigError(
        say("DATABASE_URL names {kind}, which is not supported.", kind=parsed.get_backend_name()),
        say("Use sqlite:///zetkin_sync.db or postgresql+psycopg://user@host/name."),
    )


def _cipher() -> Any:
    """SQLite's driver with encryption. Raises ConfigError when it is not installed."""
    try:
        from sqlcipher3 import dbapi2  # noqa: PLC0415 - only with the extra `cipher`
    except ImportError as error:
        raise ConfigError(
            say("ZETKIN_SYNC_DATABASE_KEY is set, and SQLCipher is not installed."),
            say("Install the extra `cipher`, or take the key away."),
        ) from error
    return dbapi2


def _unlock(key: str, connection: Any, _record: Any) -> None:
    quoted = key.replace("'", "''")
    connection.execute(f"PRAGMA key = '{quoted}'")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are opened by _begin_sqlite, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
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
    except (DBAPIError, PoolTimeout) as error:
        raise trouble_of(error) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _DRIVERS:
            raise
        raise trouble_of(error) from error  # a driver's own error, from work that goes past SQLAlchemy


def trouble_of(error: Exception) -> Exception:
    """What a database error means to a person; an error of our own making stays what it is."""
    while "no such savepoint" in str(error) and isinstance(error.__context__, Exception):
        error = error.__context__  # SQLite had rolled everything back; what it said first is what it means
    original = getattr(error, "orig", None) or error
    kinds = {kind.__name__ for kind in type(original).__mro__}
    if kinds & {"IntegrityError", "DataError"}:
        return error
    said = str(original).lower()
    for words, trouble in _MEANINGS:
        if any(word in said for word in words):
            return trouble()
    if "ProgrammingError" in kinds:
        return error
    return Temporary(
        say("The database does not answer."), say("Check that it runs and that DATABASE_URL is right.")
    )


_DRIVERS = ("sqlite3", "sqlcipher3", "psycopg", "psycopg_pool")
_MEANINGS: tuple[tuple[tuple[str, ...], Callable[[], Trouble]], ...] = (
    (
        ("locked", "busy", "lock timeout"),
        lambda: Temporary(
            say("The database is busy: another process has been writing for {n} seconds.", n=BUSY_SECONDS),
            say("Try again; if it stays, see which process it is with `zetkin-sync doctor`."),
        ),
    ),
    (
        ("readonly", "read-only"),
        lambda: NeedsHuman(
            say("The database cannot be written."),
            say("Give the service's user write access to the file and its folder."),
        ),
    ),
    (
        ("disk is full", "no space"),
        lambda: NeedsHuman(
            say("The disk is full; nothing was written."), say("Make room and start the run again.")
        ),
    ),
    (
        ("malformed", "not a database", "invalid page in block", "could not read block"),
        lambda: NeedsHuman(
            say("The database is damaged."),
            say("Stop the service and restore the newest backup (docs/operations.md)."),
        ),
    ),
    (
        ("disk i/o error",),
        lambda: NeedsHuman(
            say("The disk does not take what is written."),
            say("Look at the disk's health and its free space, then start the service again."),
        ),
    ),
    (
        ("no such table", "no such column", "does not exist"),
        lambda: ConfigError(
            say("The database has no tables yet, or older ones."), say("Run `zetkin-sync migrate`.")
        ),
    ),
)
