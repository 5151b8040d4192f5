"""The send ledger: said before the mail leaves, said again when it has left; and how often each reader wants which.

Status mails go at most once: a row that is still `sending` when the job comes again belongs to a process
that died in between, nobody knows, and it is parked. Alarms go at least once: such a row is taken up again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select

from zetkin_sync.language import Message, say, to_json
from zetkin_sync.records import MailChoice, Mailing, MailState, Often
from zetkin_sync.records.mail import MailKind
from zetkin_sync.store.engine import Session, Store

_SPLIT = "\x00"


class Once(StrEnum):
    """How a mail may repeat when its end is not known."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True)
class Reserved:
    """The right to send one mail now: its row and which try it is."""

    row: int
    attempt: int


def begin(store: Store, mailing: Mailing, *, once: Once = Once.AT_MOST, most: int = 5) -> Reserved | None:
    """Reserve the one mail of this kind, slot and reader. None when it was sent, skipped or parked before.

    At least once: what is `sending` or parked is tried again, up to `most` times in all.
    """
    with store.writing() as session:
        found = _same(session, mailing)
        if found is None:
            mailing.state, mailing.attempts = MailState.SENDING, 1
            session.add(mailing)
            session.flush()
            assert mailing.id is not None
            return Reserved(mailing.id, 1)
        again = found.state in (MailState.SENDING, MailState.PARKED)
        if once is Once.AT_LEAST and again and found.attempts < most:
            found.state, found.attempts, found.at = MailState.SENDING, found.attempts + 1, mailing.at
            session.add(found)
            assert found.id is not None
            return Reserved(found.id, found.attempts)
        if found.state == MailState.SENDING:
            found.state = MailState.PARKED
            found.why = to_json(
                say("The service stopped while the mail was being sent; nobody knows whether it arrived.")
            )
            session.add(found)
        return None


def skip(store: Store, mailing: Mailing, *, why: Message) -> bool:
    """Say that a reader gets no mail this time, and why. False when the slot has a row already."""
    with store.writing() as session:
        if _same(session, mailing) is not None:
            return False
        mailing.state, mailing.why = MailState.SKIPPED, to_json(why)
        session.add(mailing)
        return True


def is_settled(store: Store, mailing: Mailing) -> bool:
    """Has this slot been sent, skipped, refused or parked?"""
    with store.reading() as session:
        found = _same(session, mailing)
    return found is not None and found.state != MailState.SENDING


def _same(session: Session, mailing: Mailing) -> Mailing | None:
    return session.exec(
        select(Mailing).where(
            Mailing.district == mailing.district,
            Mailing.kind == mailing.kind,
            Mailing.slot == mailing.slot,
            Mailing.recipient == mailing.recipient,
            Mailing.role == mailing.role,
            Mailing.unit == mailing.unit,
        )
    ).one_or_none()


def write(store: Store, row: int, *, subject: str, html: str, text: str, message_id: str) -> None:
    """Keep the mail as it is about to be sent."""
    with store.writing() as session:
        values = {"subject": subject, "body": pressed(html, text), "message_id": message_id}
        session.connection().execute(update(Mailing).where(col(Mailing.id) == row).values(values))


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


def came_back(session: Session, returned: Mapping[int, Message], *, district: int, at: datetime) -> int:
    """Note mails that the recipient's server sent back after all; the reason by the mail's row."""
    rows = (session.get(Mailing, row) for row in sorted(returned))
    found = [row for row in rows if row is not None and row.district == district]
    for row in found:
        assert row.id is not None
        row.state, row.at, row.why = MailState.RETURNED, at, to_json(returned[row.id])
        session.add(row)
    return len(found)


def pressed(html: str, text: str) -> bytes:
    """Both forms of a mail, small."""
    return zlib.compress(f"{html}{_SPLIT}{text}".encode(), 9)


def body(mailing: Mailing) -> tuple[str, str] | None:
    """A mail as it was sent: its HTML and its text; None when there was none."""
    if mailing.body is None:
        return None
    html, _, text = zlib.decompress(mailing.body).decode().partition(_SPLIT)
    return html, text


def mailings(
    store: Store,
    *,
    district: int,
    limit: int = 100,
    since: datetime | None = None,
    before: int | None = None,
    units: Sequence[int] | None = None,
    **equal: Any,
) -> list[Mailing]:
    """Sent and skipped mails, newest first; `before` goes on behind a mail, `units` are those that may be seen."""
    query = select(Mailing).where(Mailing.district == district).order_by(col(Mailing.id).desc()).limit(limit)
    for name, value in equal.items():
        query = query.where(getattr(Mailing, name) == value)
    if since is not None:
        query = query.where(Mailing.at >= since)
    if before is not None:
        query = query.where(col(Mailing.id) < before)
    if units is not None:
        query = query.where(col(Mailing.unit).in_(units))
    with store.reading() as session:
        return list(session.exec(query).all())


def mailing(store: Store, row: int) -> Mailing | None:
    """One mail."""
    with store.reading() as session:
        return session.get(Mailing, row)


def sent_lately(store: Store, *, district: int, since: datetime) -> Mapping[bytes, int]:
    """How many mails each recipient has been sent since an instant, whatever became of them on the way."""
    query = (
        select(Mailing.recipient, func.count())
        .where(
            Mailing.district == district,
            Mailing.at >= since,
            col(Mailing.state).in_((MailState.SENT, MailState.SENDING, MailState.PARKED)),
        )
        .group_by(col(Mailing.recipient))
    )
    with store.reading() as session:
        return {recipient: int(count) for recipient, count in session.exec(query).all()}


def choices(store: Store, *, district: int) -> Mapping[tuple[bytes, str], Often]:
    """How often each recipient wants each kind, where they have chosen."""
    with store.reading() as session:
        rows = session.exec(select(MailChoice).where(MailChoice.district == district)).all()
    return {(row.recipient, row.kind): Often(row.often) for row in rows}


def choose(
    session: Session,
    *,
    district: int,
    recipient: bytes,
    kind: MailKind,
    often: Often,
    made_by: str,
    at: datetime,
) -> bool:
    """Remember how often a recipient wants a kind of mail. False when that is what they had chosen already."""
    found = session.get(MailChoice, (district, recipient, kind.stopped_as))
    if found is not None and found.often == often:
        return False
    found = found or MailChoice(
        district=district, recipient=recipient, kind=kind.stopped_as, often=often, made_by=made_by, at=at
    )
    found.often, found.made_by, found.at = often, made_by, at
    session.add(found)
    return True
