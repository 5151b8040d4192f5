"""Who may not be acted on."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import select

from zetkin_sync.records import Restriction
from zetkin_sync.store.engine import Store


def restricted(store: Store, *, district: int, people: Collection[int] | None = None) -> frozenset[int]:
    """Everybody restricted, or those of `people`."""
    with store.reading() as session:
        found = session.exec(select(Restriction.person).where(Restriction.district == district)).all()
    return frozenset(found) if people is None else frozenset(found).intersection(people)
