"""What is known of the shared mailbox: messages as they were read, and the threads that they make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

from zetkin_sync.records import MailboxCursor, SharedMail
from zetkin_sync.records.facts import MessageFact

ROLE = "shared"
"""Connectors that are folders of the shared mailbox: `shared`, `shared_sent` …"""
_BYTES = 16
_table: Table = SharedMail.__table__  # type: ignore[attr-defined]
_cursors: Table = MailboxCursor.__table__  # type: ignore[attr-defined]


def is_shared(role: str) -> bool:
    """Is it a folder of the shared mailbox, and not one of bounces?"""
    return role.split("_", maxsplit=1)[0] == ROLE


def keep(session: Session, messages: Iterable[MessageFact], *, district: int) -> int:
    """Store what is new. A message that lies in two folders, or is read again, is one. Returns how many were new."""
    rows = [
        {
            "district": district,
            "id": bytes.fromhex(m.id),
            "replies_to": b"".join(bytes.fromhex(id_) for id_ in m.replies_to),
            "ours": m.ours,
            "automatic": m.automatic,
            "at": m.at,
        }
        for m in messages
    ]
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    new = 0
    for row in rows:
        new += session.connection().execute(insert(_table).values(row).on_conflict_do_nothing()).rowcount
    return new


def messages(session: Session, *, district: int, now: datetime) -> tuple[MessageFact, ...] | None:
    """The messages up to an instant, oldest first; none when the mailbox was never read."""
    connection = session.connection()
    read = connection.execute(select(_cursors.c.mailbox).where(_cursors.c.district == district)).scalars()
    if not any(map(is_shared, read)):
        return None
    rows = connection.execute(
        select(_table)
        .where(_table.c.district == district, _table.c.at <= now)
        .order_by(_table.c.at, _table.c.id)
    )
    return tuple(
        MessageFact(
            id=row.id.hex(),
            replies_to=tuple(
                row.replies_to[i : i + _BYTES].hex() for i in range(0, len(row.replies_to), _BYTES)
            ),
            ours=row.ours,
            at=row.at,
            automatic=row.automatic,
        )
        for row in rows
    )
