"""What a pull asks the mirror before it asks Zetkin: the tree, the tags, which events there are."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Table, select

from zetkin_sync.records import Event, Mirror, MirrorPage, Organization, Tag, own_columns
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


def ids(store: Store, record: type[Mirror], *, district: int, organization: int) -> list[int]:
    """The ids of one of an organization's lists."""
    table: Table = record.__table__  # type: ignore[attr-defined]
    column = table.c[own_columns(record)[1 if record.mirrored.parented else 0]]
    query = select(column).where(table.c.district == district, table.c.organization == organization)
    with store.reading() as session:
        return sorted(set(session.connection().execute(query).scalars()))


class OddTime(NamedTuple):
    """An event at a time at which nobody holds an activity; `starts` and `ends` are wall clock."""

    organization: str
    event: int
    title: str
    starts: datetime | None
    ends: datetime | None


def odd_times(store: Store, *, district: int, since: datetime | None = None) -> list[OddTime]:
    """The events whose times a person should look at, those that begin since then or all, soonest first."""
    event: Table = Event.__table__  # type: ignore[attr-defined]
    organization: Table = Organization.__table__  # type: ignore[attr-defined]
    query = (
        select(organization.c.title, event.c.id, event.c.title, event.c.starts, event.c.ends)
        .join(
            organization,
            (organization.c.id == event.c.organization) & (organization.c.district == event.c.district),
        )
        .where(event.c.district == district, event.c.suspicious_time.is_(True))
        .order_by(event.c.starts, event.c.id)
    )
    with store.reading() as session:
        found = [
            OddTime(row[0], row[1], row[2] or "–", row[3], row[4])
            for row in session.connection().execute(query)
        ]
    return [e for e in found if since is None or e.starts is None or e.starts >= since]


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
