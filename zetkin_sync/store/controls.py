"""The switches: read before every write, set by a person (and one by a restored database)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, or_, select

from zetkin_sync.language import Message, say
from zetkin_sync.records import EVERY_DISTRICT, PAUSE, RESTORED, STOP, Control
from zetkin_sync.store.engine import Store


def switch(store: Store, *, district: int, name: str) -> Control | None:
    """The switch when it is on, or None."""
    with store.reading() as session:
        found = session.get(Control, (district, name))
    if found is None or (found.until is not None and found.until <= store.now()):
        return None
    return found


def switches(store: Store, *, district: int) -> list[Control]:
    """Every switch that is on for a district, those of the whole installation among them."""
    now = store.now()
    with store.reading() as session:
        found = session.exec(
            select(Control)
            .where(
                col(Control.district).in_((district, EVERY_DISTRICT)),
                or_(col(Control.until).is_(None), col(Control.until) > now),
            )
            .order_by(Control.name)
        ).all()
    return list(found)


def own_switches(store: Store, *, district: int) -> list[Control]:
    """Every switch that is on for this district alone (or, by EVERY_DISTRICT, for the whole installation)."""
    return [s for s in switches(store, district=district) if s.district == district]


def halted(store: Store, *, district: int) -> Message | None:
    """Why nothing may be sent or changed outside just now, or None. Asked right before every write."""
    names = {c.name: c for c in switches(store, district=district)}
    if RESTORED in names:
        return say(
            "The database was restored: nothing is sent until `zetkin-sync reconcile --after-restore` has looked everything up."
        )
    if STOP in names:
        return say("Everything is stopped by a person; nothing more was sent.")
    return None


def stopped(store: Store, *, district: int) -> bool:
    """Has a person stopped everything, in this district or in the whole installation?"""
    return any(c.name == STOP for c in switches(store, district=district))


def paused_jobs(store: Store) -> set[tuple[int, str]]:
    """(district, job) of every job that a person has paused."""
    now = store.now()
    with store.reading() as session:
        found = session.exec(
            select(Control.district, Control.name).where(
                col(Control.name).startswith(PAUSE),
                or_(col(Control.until).is_(None), col(Control.until) > now),
            )
        ).all()
    return {(district, name.removeprefix(PAUSE)) for district, name in found}


def turn_on(
    store: Store, *, district: int, name: str, who: str, why: str | None = None, until: datetime | None = None
) -> None:
    """Set a switch; setting it again keeps the first time and takes the new reason."""
    now = store.now()
    with store.writing() as session:
        found = session.get(Control, (district, name)) or Control(
            district=district, name=name, who=who, since=now
        )
        found.who, found.why, found.until = who, why, until
        session.add(found)


def turn_off(store: Store, *, district: int, name: str) -> bool:
    """Clear a switch. False when it was not set."""
    with store.writing() as session:
        found = session.get(Control, (district, name))
        if found is None:
            return False
        session.delete(found)
        return True
