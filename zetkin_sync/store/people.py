"""People as a comparison with a register needs them: ids and keyed hashes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import Table, select

from zetkin_sync.records import Person
from zetkin_sync.store.engine import Store


class Listed(NamedTuple):
    """A person, merged over the organizations that list them."""

    id: int
    member_key: bytes | None
    address: bytes | None
    organizations: tuple[int, ...]


def registered(store: Store, *, district: int) -> list[Listed]:
    """Everybody in the mirror, by id; where organizations disagree, the first that knows a value wins."""
    table: Table = Person.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c.organization, table.c.member_key, table.c.address)
    with store.reading() as session:
        rows = session.connection().execute(query.where(table.c.district == district)).all()
    found: dict[int, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r.id, r.organization)):
        found[row.id].append(row)
    return [
        Listed(
            id_,
            next((r.member_key for r in some if r.member_key is not None), None),
            next((r.address for r in some if r.address is not None), None),
            tuple(r.organization for r in some),
        )
        for id_, some in sorted(found.items())
    ]
