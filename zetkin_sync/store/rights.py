"""Who may not be acted on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import select

from zetkin_sync.records import Restriction
from zetkin_sync.store.engine import Session, Store


def restricted(store: Store, *, district: int, people: Collection[int] | None = None) -> frozenset[int]:
    """Everybody restricted, or those of `people`."""
    with store.reading() as session:
        found = session.exec(select(Restriction.person).where(Restriction.district == district)).all()
    return frozenset(found) if people is None else frozenset(found).intersection(people)


def restrict(session: Session, person: int, *, district: int, at: datetime) -> bool:
    """Nothing is done about a person any more. False when that held already."""
    if session.get(Restriction, (district, person)) is not None:
        return False
    session.add(Restriction(district=district, person=person, since=at))
    return True


def release(session: Session, person: int, *, district: int) -> bool:
    """The person may be asked again. False when they were not restricted."""
    found = session.get(Restriction, (district, person))
    if found is None:
        return False
    session.delete(found)
    return True
