"""Messages of the district's shared mailbox, as far as answer times need them: no subject, address or text."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class SharedMail(SQLModel, table=True):
    """One message, by the keyed hashes of its id and of those that it answers."""

    __tablename__ = "shared_mail"
    __table_args__: ClassVar = (
        Index("shared_mail_by_time", "district", "at"),
        {"sqlite_with_rowid": False},
    )

    district: int = district_key()
    id: bytes = key("recognises the message", source=Source.MAILBOX, keep=Keep.LEDGER)
    replies_to: bytes = stored(
        "which thread it belongs to: hashes of ids, one after another",
        source=Source.MAILBOX,
        keep=Keep.LEDGER,
        default=b"",
    )
    ours: bool = stored("did we write it", source=Source.MAILBOX, keep=Keep.LEDGER)
    automatic: bool = stored("did a machine write it", source=Source.MAILBOX, keep=Keep.LEDGER)
    at: datetime = stored("when, for the time until the answer", source=Source.MAILBOX, keep=Keep.LEDGER)
