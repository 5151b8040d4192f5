"""The send ledger: one row for each recipient, kind and slot, whether a mail was sent or not, and why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class MailKind(StrEnum):
    """The kinds of mail. What can be stopped is a kind; `quiet` is the weekly mail of a week without news."""

    WEEKLY = "weekly"
    QUIET = "quiet"
    MONTHLY = "monthly"
    DECISION = "decision"
    STALLED = "stalled"
    AFTER_MEETING = "after_meeting"
    DAY_AFTER = "day_after"
    RESULT = "result"

    @property
    def stopped_as(self) -> MailKind:
        """The kind that a reader stops or chooses how often to get."""
        return MailKind.WEEKLY if self is MailKind.QUIET else self


class MailState(StrEnum):
    """Where a mail stands; at most once, so an unknown answer parks it."""

    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    PARKED = "parked"
    REFUSED = "refused"
    RETURNED = "returned"


class Often(StrEnum):
    """How often a reader wants a kind of mail: `usual` is whenever there is one."""

    USUAL = "usual"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    NEVER = "never"


class Mailing(SQLModel, table=True):
    """A status mail to one recipient for one slot. The recipient is kept as a keyed hash of the address."""

    __table_args__: ClassVar = (
        UniqueConstraint("district", "kind", "slot", "recipient", "role", "unit", name="mailing_once"),
        Index("mailing_of_recipient", "district", "recipient", "at"),
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
    attempts: int = stored("how often it was tried", source=Source.OURS, keep=Keep.SENDING, default=0)
    why: str | None = stored("why not, a message", source=Source.OURS, keep=Keep.SENDING, default=None)
    message_id: str | None = stored(
        "recognises a repeated mail and its bounce", source=Source.OURS, keep=Keep.SENDING, default=None
    )
    subject: str | None = stored("the mail as sent", source=Source.OURS, keep=Keep.SENDING, default=None)
    body: bytes | None = stored(
        "the mail as sent, both forms, compressed: counts and places",
        source=Source.OURS,
        keep=Keep.SENDING,
        default=None,
    )
    at: datetime = stored("when", source=Source.OURS, keep=Keep.SENDING)


class MailChoice(SQLModel, table=True):
    """How often one recipient wants one kind of mail; made by them, and obeyed when sending. No row: as usual."""

    __tablename__ = "mail_choice"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    recipient: bytes = key("keyed hash of the role address", source=Source.CONFIG, keep=Keep.STANDING)
    kind: str = key("which kind of mail", source=Source.OURS, keep=Keep.STANDING)
    often: str = stored("how often", source=Source.PERSON, keep=Keep.STANDING)
    made_by: str = stored("where it was chosen", source=Source.OURS, keep=Keep.STANDING)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.STANDING)
