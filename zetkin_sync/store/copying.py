"""From one database to another, row by row, proven equal: SQLite to PostgreSQL, into a backup, and back.

The source is read in one transaction in which nobody writes, the target is filled in one and read back before
it is committed: either all of it is there, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Integer, Table, func, insert, select, text, update
from sqlmodel import SQLModel

from zetkin_sync.errors import ConfigError, NeedsHuman
from zetkin_sync.language import say
from zetkin_sync.records import Instance
from zetkin_sync.store import schema
from zetkin_sync.store.engine import Store

_BATCH = 2_000
_instances: Table = Instance.__table__  # type: ignore[attr-defined]
Watch = Callable[[str, int, int], None]


def tables() -> list[Table]:
    """Every table of ours, those first that others point at."""
    return list(SQLModel.metadata.sorted_tables)


def is_empty(store: Store) -> bool:
    """Is there nothing in it yet?"""
    if schema.version(store) is None:
        return True
    with store.reading() as session:
        connection = session.connection()
        return all(connection.execute(select(t).limit(1)).first() is None for t in tables())


def move(
    source: Store, target: Store, *, place: str, watch: Watch = lambda _t, _n, _of: None
) -> Mapping[str, int]:
    """Copy everything, then let the source say where it has gone. Returns how many rows each table has.

    Both are locked meanwhile; a process that still works on the source waits and then learns that it was moved.
    """
    with source.transaction() as reading:
        _hold(reading)
        counts = _copied(source, reading, target, watch=watch)
        reading.execute(update(_instances).values(moved_to=place))
    return counts


def copy(source: Store, target: Store, *, watch: Watch = lambda _t, _n, _of: None) -> Mapping[str, int]:
    """Copy everything as it is at one instant; those who write meanwhile are not held up."""
    with source.reading() as session:
        reading = session.connection()
        if source.dialect == "postgresql":
            reading.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _copied(source, reading, target, watch=watch)


def _copied(source: Store, reading: Connection, target: Store, *, watch: Watch) -> Mapping[str, int]:
    if not schema.is_current(source):
        raise ConfigError(
            say("The database has no tables yet, or older ones."), say("Run `zetkin-sync migrate`.")
        )
    if not is_empty(target):
        raise NeedsHuman(
            say("The database to copy to is not empty."), say("Make a new one, or name another.")
        )
    schema.migrate(target)
    counts: dict[str, int] = {}
    every = tables()
    with target.transaction() as writing:
        for number, table in enumerate(every):
            watch(table.name, number, len(every))
            counts[table.name], digest = _copy_table(reading, writing, table)
            if (counts[table.name], digest) != _digest(writing, table):
                raise NeedsHuman(
                    say("What was written to {table} is not what was read.", table=table.name),
                    say("Nothing was changed. Tell the technical contact."),
                )
        _set_counters(writing, every)
    watch("", len(every), len(every))
    return counts


def _hold(connection: Connection) -> None:
    """Nobody else writes until the transaction ends; SQLite's writing transaction is alone already."""
    if connection.dialect.name == "postgresql":
        preparer = connection.dialect.identifier_preparer
        names = ", ".join(preparer.format_table(t) for t in tables())
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def _copy_table(reading: Connection, writing: Connection, table: Table) -> tuple[int, int]:
    count = digest = 0
    found = reading.execute(select(table), execution_options={"yield_per": _BATCH})
    for part in found.mappings().partitions(_BATCH):
        rows = [dict(row) for row in part]
        writing.execute(insert(table), rows)
        count += len(rows)
        digest ^= _sum(table, rows)
    return count, digest


def _digest(connection: Connection, table: Table) -> tuple[int, int]:
    count = digest = 0
    found = connection.execute(select(table), execution_options={"yield_per": _BATCH})
    for part in found.mappings().partitions(_BATCH):
        count += len(part)
        digest ^= _sum(table, part)
    return count, digest


def _sum(table: Table, rows: Any) -> int:
    """A sum over rows that does not depend on their order."""
    total = 0
    names = [c.name for c in table.columns]
    for row in rows:
        said = repr([row[name] for name in names]).encode()
        total ^= int.from_bytes(blake2b(said, digest_size=16).digest(), "big")
    return total


def _set_counters(connection: Connection, every: list[Table]) -> None:
    """PostgreSQL counts up by itself; it goes on after the highest number that was copied."""
    if connection.dialect.name != "postgresql":
        return
    for table in every:
        for column in table.primary_key:
            if not isinstance(column.type, Integer):
                continue
            quoted = connection.dialect.identifier_preparer.format_table(table)
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": quoted, "column": column.name},
            ).scalar_one()
            if sequence is None:
                continue
            highest = connection.execute(select(func.max(column))).scalar_one()
            if highest is not None and highest > 0:
                connection.execute(
                    text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest}
                )
