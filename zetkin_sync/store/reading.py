"""What a pull asks the mirror before it asks Zetkin: the tree, the tags, which events there are."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Table, select

from zetkin_sync.records import Event, MirrorPage, Organization, Tag
from zetkin_sync.store.engine import Store


class Listed(NamedTuple):
    """An organization of the tree."""

    id: int
    title: str


def organizations(store: Store, *, district: int) -> list[Listed]:
    """The tree as last read, the root first."""
    table: Table = Organization.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c.title).where(table.c.district == district)
    with store.reading() as session:
        found = [Listed(*row) for row in session.connection().execute(query)]
    return sorted(found, key=lambda o: (o.id != district, o.id))


def own_tags(store: Store, *, district: int, organization: int) -> list[int]:
    """The tags that an organization owns; a tag shared from above is read where it is owned."""
    table: Table = Tag.__table__  # type: ignore[attr-defined]
    query = select(table.c.id).where(
        table.c.district == district, table.c.organization == organization, table.c.owner == organization
    )
    with store.reading() as session:
        return sorted(session.connection().execute(query).scalars())


def event_times(store: Store, *, district: int, organization: int) -> dict[int, datetime | None]:
    """An organization's events and when they end, wall clock."""
    table: Table = Event.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c.ends, table.c.starts).where(
        table.c.district == district, table.c.organization == organization
    )
    with store.reading() as session:
        return {row.id: row.ends or row.starts for row in session.connection().execute(query)}


def parents_read(store: Store, *, district: int, organization: int, resource: str) -> set[int]:
    """The parents whose lists have been read before."""
    table: Table = MirrorPage.__table__  # type: ignore[attr-defined]
    query = select(table.c.number).where(
        table.c.district == district, table.c.organization == organization, table.c.resource == resource
    )
    with store.reading() as session:
        return set(session.connection().execute(query).scalars())
