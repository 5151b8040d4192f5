"""The send ledger: said before the mail leaves, said again when it has left.

At most once: a row that is still `sending` when the job comes again belongs to a process that died in
between, and nobody knows; it is parked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import Mailing, MailState
from zetkin_sync.store.engine import Store


def begin(store: Store, mailing: Mailing) -> int | None:
    """Reserve the one mail of this kind, slot and recipient. None when it was sent, skipped or parked before."""
    with store.writing() as session:
        found = session.exec(
            select(Mailing).where(
                Mailing.district == mailing.district,
                Mailing.kind == mailing.kind,
                Mailing.slot == mailing.slot,
                Mailing.recipient == mailing.recipient,
            )
        ).one_or_none()
        if found is not None:
            if found.state == MailState.SENDING:
                found.state = MailState.PARKED
                found.why = to_json(
                    say("The service stopped while the mail was being sent; nobody knows whether it arrived.")
                )
                session.add(found)
            return None
        session.add(mailing)
        session.flush()
        return mailing.id


def end(store: Store, row: int, *, state: MailState, at: datetime, why: Message | None = None) -> None:
    """What became of the mail."""
    with store.writing() as session:
        found = session.get_one(Mailing, row)
        found.state, found.at = state, at
        found.why = None if why is None else to_json(why)
        session.add(found)


def release(store: Store, row: int) -> None:
    """Give a reservation back: the mail provably did not leave, a later run may try again."""
    with store.writing() as session:
        session.delete(session.get_one(Mailing, row))


def mailings(store: Store, *, district: int, limit: int = 100, **equal: Any) -> list[Mailing]:
    """Sent and skipped mails, newest first."""
    query = select(Mailing).where(Mailing.district == district).order_by(col(Mailing.id).desc()).limit(limit)
    for name, value in equal.items():
        query = query.where(getattr(Mailing, name) == value)
    with store.reading() as session:
        return list(session.exec(query).all())
