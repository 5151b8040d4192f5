"""Who is gone: not whoever a list no longer shows, but whoever Zetkin itself says is not there.

A person, an event or an association counts as gone after two complete readings at least an hour apart that did
not list it, and a direct question answered with 404 (ARCHITECTURE decision 5). A 403 means that rights were lost,
and a person must look. Before anything is believed, somebody who is listed is asked for too: a server that
denies even that one proves nothing by denying the others.

Somebody who moved between associations is gone from one and listed by the other (a row belongs to one
association's list); of people who were merged the losing id answers 404 everywhere; an id that comes back
later is new, because nothing of it was kept (API.md §6.8, §6.9).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Table, delete, distinct, func, select, update

from zetkin_sync.errors import NeedsHuman, Trouble
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records import (
    Event,
    Found,
    Mirror,
    MirrorPage,
    Missing,
    Organization,
    Person,
    own_columns,
)
from zetkin_sync.store import erasing
from zetkin_sync.store.engine import Store

LEAST, SHARE = 25, 0.02  # of the district's; each association has its own brake (store.mirror.Brake)
PROVEN: tuple[type[Mirror], ...] = (
    Organization,
    Event,
    Person,
)  # a closed association takes its rows with it
_BATCH = 1000

_missing: Table = Missing.__table__  # type: ignore[attr-defined]
_pages: Table = MirrorPage.__table__  # type: ignore[attr-defined]


class Look(Protocol):
    """Ask Zetkin for one row directly (`ports.ZetkinReader.look`)."""

    def __call__(self, record: type[Mirror], *, organization: int, row: int) -> Found: ...


@dataclass
class Verdicts:
    """What became of those that waited for proof, by resource; `notes` are what a person should read.

    `gone` holds (organization, id) of what was removed from the mirror.
    """

    gone: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Message] = field(default_factory=list)


def conclude(
    store: Store,
    look: Look,
    *,
    district: int,
    accepted: Collection[int] = (),
    still_ours: Callable[[], bool] = lambda: True,
) -> Verdicts:
    """Ask for everybody whose absence is ripe, remove who is proven gone, and say what a person must look at.

    `accepted` are organizations of which a person has said that the absence is right: the district's brake does
    not count theirs. A Trouble while asking leaves the rest waiting for the next run.
    """
    verdicts = Verdicts()
    for record in PROVEN:
        waiting = ripe(store, record, district=district)
        braked = _braked(store, record, waiting, district=district, accepted=accepted)
        if braked is not None:
            verdicts.notes.append(braked.what)
            verdicts.counts["waiting"] += sum(map(len, waiting.values()))
            continue
        for organization, ids in waiting.items():
            if not still_ours():
                return verdicts
            _conclude_one(
                store, look, record, verdicts, district=district, organization=organization, ids=ids
            )
    return verdicts


def ripe(store: Store, record: type[Mirror], *, district: int) -> dict[int, list[int]]:
    """Who has been missing from two complete readings an hour apart, by organization."""
    query = (
        select(_missing.c.organization, _missing.c.id)
        .where(
            _missing.c.district == district,
            _missing.c.resource == record.mirrored.resource,
            _missing.c.ripe.is_(True),
        )
        .order_by(_missing.c.organization, _missing.c.id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    with store.reading() as session:
        for organization, row in session.connection().execute(query):
            found[organization].append(row)
    return dict(found)


def _braked(
    store: Store,
    record: type[Mirror],
    waiting: dict[int, list[int]],
    *,
    district: int,
    accepted: Collection[int],
) -> NeedsHuman | None:
    """Is more missing in the whole district than a machine may believe?"""
    missing = {row for organization, ids in waiting.items() if organization not in accepted for row in ids}
    table: Table = record.__table__  # type: ignore[attr-defined]
    column = table.c[own_columns(record)[0]]
    with store.reading() as session:
        query = select(func.count(distinct(column))).where(table.c.district == district)
        of = int(session.connection().execute(query).scalar_one())
    if len(missing) <= max(LEAST, SHARE * of):
        return None
    return NeedsHuman(
        say(
            "{missing} of the district's {n} in {resource} are no longer listed; nobody is removed until a person has looked.",
            missing=len(missing),
            n=of,
            resource=record.mirrored.resource,
        )
    )


def _conclude_one(
    store: Store,
    look: Look,
    record: type[Mirror],
    verdicts: Verdicts,
    *,
    district: int,
    organization: int,
    ids: list[int],
) -> None:
    resource = record.mirrored.resource
    found: dict[Found, list[int]] = defaultdict(list)
    try:
        control = _listed(store, record, district=district, organization=organization)
        if control is not None and look(record, organization=organization, row=control) is not Found.HERE:
            verdicts.counts["waiting"] += len(ids)
            verdicts.notes.append(
                say(
                    "Zetkin denies what it lists in {resource} of organization {organization}; nothing is concluded there.",
                    resource=resource,
                    organization=str(organization),
                )
            )
            return
        for row in ids:
            found[look(record, organization=organization, row=row)].append(row)
    except Trouble as trouble:
        verdicts.notes.append(trouble.what)
        verdicts.counts["waiting"] += len(ids) - sum(map(len, found.values()))
    gone = found[Found.GONE]
    forget(store, record, district=district, organization=organization, ids=gone)
    _note(store, resource, district=district, organization=organization, found=found)
    verdicts.gone[resource] += [(organization, row) for row in gone]
    for verdict, rows in found.items():
        verdicts.counts[verdict] += len(rows)
    if found[Found.FORBIDDEN]:
        verdicts.notes.append(
            say_n(
                "One in {resource} of organization {organization} is no longer listed, and we may not ask for it: rights may have been lost.",
                "{n} in {resource} of organization {organization} are no longer listed, and we may not ask for them: rights may have been lost.",
                n=len(found[Found.FORBIDDEN]),
                resource=resource,
                organization=str(organization),
            )
        )


def _listed(store: Store, record: type[Mirror], *, district: int, organization: int) -> int | None:
    """Somebody who is listed: the control question. None when nobody is."""
    table: Table = record.__table__  # type: ignore[attr-defined]
    column = table.c[own_columns(record)[0]]
    waiting = select(_missing.c.id).where(
        _missing.c.district == district,
        _missing.c.organization == organization,
        _missing.c.resource == record.mirrored.resource,
    )
    query = select(func.max(column)).where(
        table.c.district == district, table.c.organization == organization, column.not_in(waiting)
    )
    with store.reading() as session:
        found: int | None = session.connection().execute(query).scalar()
    return found


def _note(
    store: Store, resource: str, *, district: int, organization: int, found: dict[Found, list[int]]
) -> None:
    with store.writing() as session:
        for verdict in (Found.HERE, Found.FORBIDDEN):
            for some in _batches(found[verdict]):
                where = _waiting(resource, district, organization, some)
                session.connection().execute(update(_missing).where(*where).values(verdict=verdict))


def forget(
    store: Store, record: type[Mirror], *, district: int, organization: int, ids: Collection[int]
) -> int:
    """Remove rows that are proven gone, and the waiting that is over. Returns how many rows went.

    An association that is gone takes with it everything that was read from its lists.
    """
    table: Table = record.__table__  # type: ignore[attr-defined]
    key = own_columns(record)[0]
    gone = 0
    with store.writing() as session:
        connection = session.connection()
        now = store.now(connection)
        for some in _batches(sorted(ids)):
            where = [
                table.c.district == district,
                table.c.organization == organization,
                table.c[key].in_(some),
            ]
            if record is Person:
                erasing.note_departure(connection, *where, district=district, at=now)
            gone += connection.execute(delete(table).where(*where)).rowcount
            waiting = _waiting(record.mirrored.resource, district, organization, some)
            connection.execute(delete(_missing).where(*waiting))
            if record is Organization:
                theirs = Person.__table__.c.organization.in_(some)  # type: ignore[attr-defined]
                erasing.note_departure(connection, theirs, district=district, at=now)
                _forget_lists(connection, district, some)
    return gone


def _forget_lists(connection: Connection, district: int, organizations: list[int]) -> None:
    """Everything that was read from these organizations' lists; the tables are found, not listed by hand."""
    for table in (*(t.__table__ for t in Mirror.__subclasses__()), _pages, _missing):  # type: ignore[attr-defined]
        where = [table.c.district == district, table.c.organization.in_(organizations)]
        connection.execute(delete(table).where(*where))


def _waiting(resource: str, district: int, organization: int, ids: list[int]) -> list[Any]:
    return [
        _missing.c.district == district,
        _missing.c.organization == organization,
        _missing.c.resource == resource,
        _missing.c.id.in_(ids),
    ]


def _batches(items: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
