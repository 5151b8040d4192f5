"""The send ledger: one row for each recipient, kind and slot, whether a mail was sent or not, and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, key, stored


class MailState(StrEnum):
    """Where a mail stands; at most once, so an unknown answer parks it."""

    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    PARKED = "parked"
    REFUSED = "refused"


class Mailing(SQLModel, table=True):
    """A status mail to one recipient for one slot. The recipient is kept as a keyed hash of the address."""

    __table_args__: ClassVar = (
        UniqueConstraint("district", "kind", "slot", "recipient", name="mailing_once"),
    )

    id: int | None = key("the mail", source=Source.OURS, keep=Keep.SENDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.SENDING)
    kind: str = stored("which mail", source=Source.OURS, keep=Keep.SENDING)
    slot: str = stored("for which week or occasion", source=Source.OURS, keep=Keep.SENDING)
    role: str = stored("as which reader", source=Source.CONFIG, keep=Keep.SENDING)
    unit: int = stored("for which organization", source=Source.OURS, keep=Keep.SENDING)
    recipient: bytes = stored("keyed hash of the role address", source=Source.CONFIG, keep=Keep.SENDING)
    language: str = stored("in which language", source=Source.CONFIG, keep=Keep.SENDING)
    state: str = stored("what became of it", source=Source.OURS, keep=Keep.SENDING)
    why: str | None = stored("why not, a message", source=Source.OURS, keep=Keep.SENDING, default=None)
    message_id: str | None = stored(
        "recognises a repeated mail and its bounce", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    subject: str | None = stored("the mail as sent", source=Source.OURS, keep=Keep.SENDING, default=None)
    html: str | None = stored(
        "the mail as sent: counts and places", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    text: str | None = stored(
        "the mail as sent: counts and places", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    at: datetime = stored("when", source=Source.OURS, keep=Keep.SENDING)
