"""Who may not be acted on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import select

from zetkin_sync.records import OptOut, Restriction
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


def opted_out(store: Store, *, district: int) -> dict[int, datetime]:
    """Everybody who has left the activist network, and when."""
    with store.reading() as session:
        found = session.exec(select(OptOut.person, OptOut.at).where(OptOut.district == district)).all()
    return dict(found)


def opt_out(session: Session, people: Iterable[int], *, district: int, at: datetime, how: str) -> int:
    """Write down who has left the network; the first time stands. Returns how many are new."""
    new = 0
    for person in sorted(set(people)):
        if session.get(OptOut, (district, person)) is None:
            session.add(OptOut(district=district, person=person, at=at, how=how))
            new += 1
    session.flush()
    return new


def opt_in(session: Session, person: int, *, district: int) -> bool:
    """Take an opt-out back, because the person has said yes again. False when there was none."""
    found = session.get(OptOut, (district, person))
    if found is None:
        return False
    session.delete(found)
    session.flush()
    return True
