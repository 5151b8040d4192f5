"""Priorities from registers and the page: a list is replaced as a whole, and what held before stays readable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Table, or_, update
from sqlmodel import Session, col, select

from zetkin_sync.records import Priority
from zetkin_sync.records.facts import PriorityFact
from zetkin_sync.store.engine import Store

_table: Table = Priority.__table__  # type: ignore[attr-defined]


def replace_lists(
    session: Session,
    priorities: Iterable[PriorityFact],
    *,
    district: int,
    source: str,
    who: str,
    at: datetime,
    today: date,
    lists: Iterable[tuple[int, str]] = (),
) -> int:
    """Put new lists in the place of the same owners' lists of the same kinds and source.

    `lists` names (owner, kind) pairs that are replaced also when nothing is left in them: an association that
    withdraws its last priority. Returns how many rows were written.
    """
    new = list(priorities)
    for owner, kind in sorted({(p.owner, p.kind) for p in new} | set(lists)):
        session.connection().execute(
            update(_table)
            .where(
                _table.c.district == district,
                _table.c.owner == owner,
                _table.c.kind == kind,
                _table.c.source == source,
                or_(_table.c.valid_to.is_(None), _table.c.valid_to >= today),
            )
            .values(valid_to=today - timedelta(1))
        )
    for p in new:
        session.add(
            Priority(
                district=district,
                owner=p.owner,
                kind=p.kind,
                subject=p.subject,
                source=source,
                lat=p.lat,
                lng=p.lng,
                radius=p.radius,
                valid_from=p.valid_from or today,
                valid_to=p.valid_to,
                confirmed=p.confirmed or today,
                who=who,
                at=at,
            )
        )
    session.flush()
    return len(new)


def history(store: Store, *, district: int, owner: int | None = None) -> list[Priority]:
    """Every priority that was ever stated, the newest first."""
    query = select(Priority).where(Priority.district == district)
    if owner is not None:
        query = query.where(Priority.owner == owner)
    with store.reading() as session:
        return list(session.exec(query.order_by(col(Priority.at).desc(), col(Priority.id).desc())).all())
