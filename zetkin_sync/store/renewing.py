"""A new hash key: what is known of an address under its former hash is carried over to its present one.

Evidence about addresses holds only their keyed hashes, so nobody can compute the new ones from the database. Whoever
has the address in hand (the reading of Zetkin, the configured recipients) brings the pairs.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Table, and_, delete, select, update

from zetkin_sync.records import Mailing, Mirror
from zetkin_sync.store.engine import Session
from zetkin_sync.store.erasing import marked

_mailings: Table = Mailing.__table__  # type: ignore[attr-defined]


def renew_addresses(session: Session, renewed: Mapping[bytes, bytes], *, district: int) -> int:
    """Carry evidence over; `renewed` is from former hash to present one. Returns how many rows.

    The mirror is left alone: its reading writes the present hashes by itself.
    """
    mirrored = {r.__table__ for r in Mirror.__subclasses__()}  # type: ignore[attr-defined]
    connection, count = session.connection(), 0
    for table, columns in marked("address"):
        if table not in mirrored:
            for column in columns:
                count += _renew(connection, table, column, renewed, district=district)
    return count


def renew_recipient(session: Session, former: bytes, present: bytes, *, district: int) -> None:
    """Carry the send ledger over, so that nobody gets the same mail again."""
    there = _mailings.alias()
    same = [there.c[n] == _mailings.c[n] for n in ("district", "kind", "slot", "role", "unit")]
    already = select(there.c.id).where(and_(there.c.recipient == present, *same)).exists()
    session.connection().execute(
        update(_mailings)
        .where(_mailings.c.district == district, _mailings.c.recipient == former, ~already)
        .values(recipient=present)
    )


def _renew(
    connection: Connection,
    table: Table,
    column: Column[bytes],
    renewed: Mapping[bytes, bytes],
    *,
    district: int,
) -> int:
    mine = table.c.district == district
    held = set(connection.execute(select(column).where(mine).distinct()).scalars())
    count = 0
    for former in held & renewed.keys():
        present = renewed[former]
        if column.primary_key and present in held:  # seen anew since: what was concluded last stands
            connection.execute(delete(table).where(mine, column == former))
            continue
        changed = update(table).where(mine, column == former).values({column: present})
        count += connection.execute(changed).rowcount
    return count
