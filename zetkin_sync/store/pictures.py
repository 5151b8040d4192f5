"""Finished views of a district: the newest of each name is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from zetkin_sync.records import Picture
from zetkin_sync.store.engine import Store


def put(session: Session, bodies: Mapping[str, str], *, district: int, at: datetime) -> None:
    """Put new views (name → JSON) in the place of those that there are."""
    for name, body in bodies.items():
        session.merge(Picture(district=district, name=name, computed=at, body=body))
    session.flush()


def of(store: Store, name: str, *, district: int) -> Picture | None:
    """The view of that name; None when nothing has been reconciled yet."""
    with store.reading() as session:
        return session.get(Picture, (district, name))
