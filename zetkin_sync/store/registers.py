"""Uploaded registers: which rows are in force, since when, and which file they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from zetkin_sync.records import RegisterEntry, RegisterReading
from zetkin_sync.records.facts import RegisterRow
from zetkin_sync.store.engine import Store

_table: Table = RegisterEntry.__table__  # type: ignore[attr-defined]
_BATCH = 500


def keep(
    session: Session,
    rows: Iterable[RegisterRow],
    *,
    district: int,
    register: str,
    data: bytes,
    refused: int,
    who: str,
    at: datetime,
) -> RegisterReading:
    """Put the rows of a file in force.

    They take the place of rows with the same keys, of every undated row, and of the dated rows within the span
    of days that the file covers: a file for one year leaves the other years alone. Nothing is deleted.
    """
    new = {row.key: row for row in rows}
    days = [row.day for row in new.values() if row.day is not None]
    undated = any(row.day is None for row in new.values())
    in_force = [
        _table.c.district == district,
        _table.c.name == register,
        _table.c.until.is_(None),
    ]
    connection = session.connection()
    keys = sorted(new)
    for start in range(0, len(keys), _BATCH):
        some = _table.c.key.in_(keys[start : start + _BATCH])
        connection.execute(update(_table).where(*in_force, some).values(until=at))
    if days:
        span = _table.c.day.between(min(days), max(days))
        connection.execute(update(_table).where(*in_force, span).values(until=at))
    if undated:
        connection.execute(update(_table).where(*in_force, _table.c.day.is_(None)).values(until=at))
    for row in new.values():
        values = msgspec.json.encode(dict(row.values)).decode()
        session.add(
            RegisterEntry(
                district=district,
                name=register,
                key=row.key,
                unit=row.unit,
                area=row.area,
                day=row.day,
                body=values,
                since=at,
            )
        )
    reading = RegisterReading(
        district=district,
        name=register,
        digest=hashlib.sha256(data).digest(),
        rows=len(new),
        refused=refused,
        who=who,
        at=at,
    )
    session.add(reading)
    session.flush()
    return reading


def readings(store: Store, *, district: int, register: str | None = None) -> list[RegisterReading]:
    """The files that were read, the newest first."""
    query = select(RegisterReading).where(RegisterReading.district == district)
    if register is not None:
        query = query.where(RegisterReading.name == register)
    with store.reading() as session:
        found: Any = session.exec(
            query.order_by(col(RegisterReading.at).desc(), col(RegisterReading.id).desc())
        )
        return list(found.all())
