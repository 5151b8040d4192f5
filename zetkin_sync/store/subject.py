"""Everything that is stored about one person, found by the marks of the columns: what an export holds.

Each value comes with what it is for, where it is from and how long it is kept, from the same declarations that
the tables are made of.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, or_, select
from sqlmodel import SQLModel

from zetkin_sync.records import AccessEntry, AccessPerson, StoredPlan
from zetkin_sync.store.engine import Store
from zetkin_sync.store.erasing import addresses_of

_entries: Table = AccessEntry.__table__  # type: ignore[attr-defined]
_persons: Table = AccessPerson.__table__  # type: ignore[attr-defined]
_plans: Table = StoredPlan.__table__  # type: ignore[attr-defined]


class Declared(NamedTuple):
    """What a column is for."""

    purpose: str
    source: str
    keep: str


class Found(NamedTuple):
    """The rows of one table that are about the person."""

    table: str
    columns: dict[str, Declared]
    rows: list[dict[str, Any]]


class Choice(NamedTuple):
    """A time that the person was chosen for something, and why: a proposal's action and reason."""

    at: str
    action: str
    state: str
    reason: Any


class Subject(NamedTuple):
    """Everything about one person."""

    person: int
    tables: list[Found]
    chosen: list[Choice]
    seen: list[dict[str, Any]]  # when and why somebody looked, without who


def everything(store: Store, *, district: int, person: int) -> Subject:
    """Everything that is stored about a person; nothing is left out by hand."""
    with store.reading() as session:
        connection = session.connection()
        addresses = addresses_of(connection, district=district, person=person)
        tables = [
            found
            for table in SQLModel.metadata.sorted_tables
            if (found := _rows(connection, table, district, person, addresses)) is not None
        ]
        return Subject(
            person, tables, _chosen(connection, district, person), _seen(connection, district, person)
        )


def _rows(
    connection: Connection, table: Table, district: int, person: int, addresses: list[bytes]
) -> Found | None:
    about: list[Any] = [column == person for column in table.columns if column.info.get("person")]
    about += [column.in_(addresses) for column in table.columns if column.info.get("address")]
    if not about or table is _persons:
        return None
    query = select(table).where(table.c.district == district, or_(*about))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    if not rows:
        return None
    columns = {column.name: _declared(column) for column in table.columns}
    return Found(table.name, columns, [{k: _plain(v) for k, v in row.items()} for row in rows])


def _declared(column: Column[Any]) -> Declared:
    info = column.info
    return Declared(info["purpose"], str(info["source"]), str(info["keep"]))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int | float | str | bool) else value.isoformat()


def _chosen(connection: Connection, district: int, person: int) -> list[Choice]:
    query = (
        select(_plans.c.created, _plans.c.action, _plans.c.state, _plans.c.body)
        .where(_plans.c.district == district, _plans.c.body.contains(str(person)))
        .order_by(_plans.c.id)
    )
    return [
        Choice(row.created.isoformat(), row.action, row.state, change["reason"])
        for row in connection.execute(query)
        for change in json.loads(row.body)["changes"]
        if change.get("person") == person or person in change.get("payload", {}).get("people", ())
    ]


def _seen(connection: Connection, district: int, person: int) -> list[dict[str, Any]]:
    name = connection.execute(
        select(_persons.c.pseudonym).where(_persons.c.district == district, _persons.c.person == person)
    ).scalar()
    if name is None:
        return []
    query = select(_entries.c.at, _entries.c.deed, _entries.c.what, _entries.c.why).where(
        _entries.c.district == district, _entries.c.people.contains(f" {name} ", autoescape=True)
    )
    return [
        {"at": row.at.isoformat(), "deed": row.deed, "what": row.what, "why": row.why}
        for row in connection.execute(query.order_by(_entries.c.number))
    ]
