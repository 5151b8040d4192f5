"""Rows in every table there is, by what its columns are: for tests that must not forget a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert
from sqlalchemy.types import Boolean, Date, DateTime, Float, Integer, LargeBinary

from zetkin_sync.store.copying import tables
from zetkin_sync.store.engine import Store

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def fill(store: Store, *, rows: int = 3) -> int:
    """A few rows in each table of ours. Returns how many in all."""
    with store.transaction() as connection:
        return fill_tables(connection, tables(), rows=rows)


def fill_tables(connection: Connection, every: Sequence[Table], *, rows: int = 3) -> int:
    """A few rows in each of these tables."""
    count = 0
    for table in every:
        for number in range(1, rows + 1):
            values = {c.name: value(c, number) for c in table.columns if not (c.nullable and number == rows)}
            connection.execute(insert(table).values(values))
            count += 1
    return count


def reflected(connection: Connection) -> list[Table]:
    """The tables that a database has, whatever this program's records say."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [t for t in metadata.sorted_tables if t.name != "alembic_version"]


def value(column: Column[Any], number: int) -> Any:
    """Something that fits the column, another for each number."""
    kind = column.type
    if column.foreign_keys:
        return number
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number + 0.25
    if isinstance(kind, DateTime):
        return (NOW + timedelta(minutes=number, microseconds=123_000)).replace(tzinfo=None)  # wall clock
    if isinstance(kind, Date):
        return date(2026, 11, number)
    if isinstance(kind, LargeBinary):
        return bytes([number, 0, 255])
    if type(kind).__name__ == "UTCDateTime":
        return NOW + timedelta(minutes=number, microseconds=123_000)
    return "{}" if number == 1 else f"å'\"{number}\n"
