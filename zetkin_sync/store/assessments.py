"""What was found about each goal, kept from the day it changed, so that any past day can be shown again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Table, and_, delete, func, insert, select
from sqlmodel import Session, col
from sqlmodel import select as select_records

from zetkin_sync.records import Assessment
from zetkin_sync.store.engine import Store

_table: Table = Assessment.__table__  # type: ignore[attr-defined]
_SAME = tuple(c.name for c in _table.columns if c.name not in ("day", "computed"))


def write(session: Session, rows: Iterable[dict[str, Any]], *, district: int, day: date) -> int:
    """Store what differs from what last held. Returns how many rows were written; the same day is replaced."""
    connection = session.connection()
    known = {
        (row.plan, row.goal, row.unit): row
        for row in connection.execute(_newest(district=district, until=day))
    }
    new = [
        row
        for row in rows
        if (old := known.get((row["plan"], row["goal"], row["unit"]))) is None
        or any(getattr(old, name) != row[name] for name in _SAME if name in row)
    ]
    for row in new:
        old = known.get((row["plan"], row["goal"], row["unit"]))
        if old is not None and old.day == day:
            where = [_table.c[n] == row[n] for n in ("plan", "goal", "unit")]
            connection.execute(
                delete(_table).where(_table.c.district == district, _table.c.day == day, *where)
            )
    if new:
        connection.execute(insert(_table), [{**row, "district": district, "day": day} for row in new])
    return len(new)


def held(store: Store, *, district: int, day: date, unit: int | None = None) -> list[Assessment]:
    """What held on a day, in the order of plan, goal, unit."""
    newest = _newest(district=district, until=day, unit=unit).subquery()
    keys = ("district", "plan", "goal", "unit", "day")
    query = (
        select_records(Assessment)
        .join(newest, and_(*(_table.c[k] == newest.c[k] for k in keys)))
        .order_by(col(Assessment.plan), col(Assessment.goal), col(Assessment.unit))
    )
    with store.reading() as session:
        return list(session.exec(query).all())


def _newest(*, district: int, until: date, unit: int | None = None) -> Any:
    keys = ("plan", "goal", "unit")
    one = () if unit is None else (_table.c.unit == unit,)
    last = (
        select(*(_table.c[k] for k in keys), func.max(_table.c.day).label("day"))
        .where(_table.c.district == district, _table.c.day <= until, *one)
        .group_by(*(_table.c[k] for k in keys))
        .subquery()
    )
    match = and_(*(_table.c[k] == last.c[k] for k in (*keys, "day")))
    return select(_table).join(last, match).where(_table.c.district == district)
