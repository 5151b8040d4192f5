"""The switches: read before every write, set by a person."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select

from zetkin_sync.records import Control
from zetkin_sync.store.engine import Store


def switch(store: Store, *, district: int, name: str) -> Control | None:
    """The switch when it is on, or None."""
    with store.reading() as session:
        found = session.get(Control, (district, name))
    if found is None or (found.until is not None and found.until <= store.now()):
        return None
    return found


def switches(store: Store, *, district: int) -> list[Control]:
    """Every switch that is on."""
    now = store.now()
    with store.reading() as session:
        found = session.exec(select(Control).where(Control.district == district)).all()
    return [c for c in found if c.until is None or c.until > now]


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
