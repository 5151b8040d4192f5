"""Erase a person from every table; which columns hold a person is read from the schema, never from a list.

What is left of them are numbers: a message sent to twelve people stays one to twelve, with a random id in the
place of theirs. What was proposed about them and not yet decided is withdrawn. Afterwards neither their id nor
a hash of it or of their address is anywhere but in the erasure ledger.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, or_, select, text, update
from sqlmodel import SQLModel

from zetkin_sync.language import say, to_json
from zetkin_sync.records import (
    Departed,
    Erasure,
    Intent,
    IntentState,
    Keep,
    Mirror,
    MirrorPage,
    Person,
    PlanState,
    StoredPlan,
)
from zetkin_sync.store.access import person_hash
from zetkin_sync.store.engine import Session, Store
from zetkin_sync.store.held import DIGEST, packed, unpacked

_people: Table = Person.__table__  # type: ignore[attr-defined]
_pages: Table = MirrorPage.__table__  # type: ignore[attr-defined]
_plans: Table = StoredPlan.__table__  # type: ignore[attr-defined]
_intents: Table = Intent.__table__  # type: ignore[attr-defined]
_erasures: Table = Erasure.__table__  # type: ignore[attr-defined]
_departed: Table = Departed.__table__  # type: ignore[attr-defined]
_WRITTEN = {_plans: ("body",), _intents: ("key", "change", "facts", "before", "after")}
_OPEN_PLANS = (PlanState.PROPOSED, PlanState.APPROVED)


def marked(mark: str) -> Iterator[tuple[Table, list[Column[Any]]]]:
    """The tables with columns that carry a mark ("person" or "address"), those that refer to others first."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        columns = [column for column in table.columns if column.info.get(mark)]
        if columns:
            yield table, columns


def erase(
    session: Session,
    *,
    district: int,
    person: int,
    key: bytes,
    who: str,
    reason: str,
    at: datetime,
    barred: bool,
) -> Erasure:
    """Erase a person in this transaction, and note it in the erasure ledger. Returns the ledger's row.

    `barred` people are left out of every later reading though Zetkin still lists them.
    """
    rows = remove(session.connection(), district=district, person=person)
    values: dict[str, Any] = {
        "district": district,
        "person": person_hash(key, district, person),
        "at": at,
        "who": who,
        "reason": reason,
        "rows": rows,
        "barred": barred,
    }
    session.connection().execute(insert(_erasures).values(**values))
    return Erasure(**values)


def remove(connection: Connection, *, district: int, person: int) -> int:
    """Take a person out of every table. Returns how many rows were touched."""
    addresses = addresses_of(connection, district=district, person=person)
    stand_in = -1 - secrets.randbits(31)
    rows = _unwrite(connection, district, person, stand_in)
    rows += _forget_pages(connection, district, person)
    for table, columns in marked("person"):
        for column in columns:
            where = (table.c.district == district, column == person)
            if column.info["keep"] is Keep.SENDING:
                rows += connection.execute(
                    update(table).where(*where).values({column.name: stand_in})
                ).rowcount
            elif column.nullable and not any(c.info.get("address") for c in table.columns):
                rows += connection.execute(update(table).where(*where).values({column.name: None})).rowcount
            else:
                rows += connection.execute(delete(table).where(*where)).rowcount
    for table, columns in marked("address"):
        for column in columns:
            where = (table.c.district == district, column.in_(addresses))
            rows += connection.execute(delete(table).where(*where)).rowcount
    return rows


def addresses_of(connection: Connection, *, district: int, person: int) -> list[bytes]:
    """The hashes of a person's addresses, present and former, that nobody else has."""
    found: set[bytes] = set()
    for table, columns in marked("address"):
        for person_column in (c for c in table.columns if c.info.get("person")):
            query = select(*columns).where(table.c.district == district, person_column == person)
            found.update(value for row in connection.execute(query) for value in row if value is not None)
    others = select(_people.c.address).where(
        _people.c.district == district, _people.c.id != person, _people.c.address.in_(found)
    )
    return sorted(found - set(connection.execute(others).scalars()))


def _unwrite(connection: Connection, district: int, person: int, stand_in: int) -> int:
    """Take the person out of plans and effects that are kept as JSON, and withdraw what is still open."""
    rows = 0
    for table, names in _WRITTEN.items():
        mentions = or_(*(table.c[name].contains(str(person)) for name in names))
        query = select(table)
        for row in connection.execute(query.where(table.c.district == district, mentions)).all():
            before = {name: getattr(row, name) for name in names}
            after = {name: _without(name, value, person, stand_in) for name, value in before.items()}
            if after == before:
                continue
            state: dict[str, Any] = {}
            if table is _plans and row.state in _OPEN_PLANS:
                state = {"state": PlanState.SUPERSEDED}
            if table is _intents and row.state == IntentState.PLANNED and row.step == 0:
                why = to_json(say("Somebody it concerned was erased."))
                state = {"state": IntentState.CANCELLED, "why": why}
            connection.execute(update(table).where(table.c.id == row.id).values(**after, **state))
            rows += 1
    return rows


def _without(name: str, value: str | None, person: int, stand_in: int) -> str | None:
    if value is None:
        return None
    if name == "key":
        return _in_key(value, person, stand_in)
    changed = _replaced(json.loads(value), person, stand_in)
    return value if changed is None else json.dumps(changed, ensure_ascii=False)


_OTHERS = frozenset(  # numbers under these names are never a person's
    [
        "organization",
        "district",
        "snapshots",
        "base",
        "cap",
        "approvals",
        "n",
        "tag",
        "list",
        "email",
        "task",
        "event",
        "events",
        "target",
        "project",
        "folder",
        "assignment",
        "step",
    ]
)


def _replaced(value: Any, person: int, stand_in: int) -> Any:
    """The value with the person replaced wherever they may be meant; None when they are not in it."""
    before = json.dumps(value)
    after = _walk(value, "", person, stand_in)
    return None if json.dumps(after) == before else after


def _walk(value: Any, name: str, person: int, stand_in: int) -> Any:
    match value:
        case dict():
            return {
                str(stand_in) if k == str(person) else k: _walk(v, k, person, stand_in)
                for k, v in value.items()
            }
        case list():
            return [_walk(item, name, person, stand_in) for item in value]
        case str() if name in ("key", "after"):
            return _in_key(value, person, stand_in)
        case int() if value == person and name not in _OTHERS and not isinstance(value, bool):
            return stand_in
        case _:
            return value


def _in_key(key: str, person: int, stand_in: int) -> str:
    return re.sub(rf"(?<=:){person}(?=:|$)", str(stand_in), key)


def _forget_pages(connection: Connection, district: int, person: int) -> int:
    """Take the person's place out of the pages that were read; such a page is read again in full."""
    listing = [t.mirrored.resource for t in Mirror.__subclasses__() if _rows_are_people(t)]
    pattern = packed([person])
    holds = (
        func.instr(_pages.c.row_keys, pattern) > 0
        if connection.dialect.name == "sqlite"
        else func.position(text(":p IN row_keys").bindparams(p=pattern)) > 0
    )
    query = select(_pages).where(_pages.c.district == district, _pages.c.resource.in_(listing), holds)
    rows = 0
    for page in connection.execute(query).all():
        keys = list(unpacked(page.row_keys))
        stay = [at for at, key in enumerate(keys) if key != person]
        if len(stay) == len(keys):
            continue
        where = [_pages.c[c.name] == getattr(page, c.name) for c in _pages.primary_key]
        digests = b"".join(page.row_digests[at * DIGEST : (at + 1) * DIGEST] for at in stay)
        row_keys = packed([keys[at] for at in stay])
        connection.execute(
            update(_pages).where(*where).values(digest=b"erased", row_keys=row_keys, row_digests=digests)
        )
        rows += 1
    return rows


def _rows_are_people(record: type[Mirror]) -> bool:
    table: Table = record.__table__  # type: ignore[attr-defined]
    own = [c for c in table.primary_key if c.name not in ("district", "organization")]
    return bool(own[-1].info.get("person"))


def departed(store: Store, *, district: int) -> list[int]:
    """Who is proven gone and waits for erasure. Whoever is listed again is taken off the list: they start clean."""
    back = select(_people.c.id).where(_people.c.district == district)
    with store.writing() as session:
        connection = session.connection()
        connection.execute(
            delete(_departed).where(_departed.c.district == district, _departed.c.person.in_(back))
        )
        query = select(_departed.c.person).where(_departed.c.district == district).distinct()
        return sorted(connection.execute(query).scalars())


def note_departure(connection: Connection, *which: Any, district: int, at: datetime) -> None:
    """Before rows of the people list go: whoever is on no other organization's list will have to be erased."""
    query = select(_people.c.id, _people.c.address).where(_people.c.district == district, *which)
    rows = [
        {"district": district, "person": row.id, "address": row.address, "since": at}
        for row in connection.execute(query.distinct())
    ]
    if rows:
        connection.execute(insert(_departed), rows)


def sweep(store: Store) -> None:
    """Make what was erased unreadable in the files too: free pages, the log before the file."""
    with store.connection() as connection:
        if store.dialect == "sqlite":
            connection.execute(text("VACUUM"))
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        else:
            connection.execute(text("VACUUM"))
