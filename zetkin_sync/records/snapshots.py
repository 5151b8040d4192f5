"""The mirror's bookkeeping: what was read when, whether it was whole, and what is no longer listed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class Snapshot(SQLModel, table=True):
    """One reading of one list of one organization."""

    id: int | None = key("the snapshot", source=Source.OURS, keep=Keep.LEDGER, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.LEDGER)
    organization: int = stored("whose list was read", source=Source.OURS, keep=Keep.LEDGER)
    resource: str = stored("which list", source=Source.OURS, keep=Keep.LEDGER)
    run: int | None = stored("the run that read it", source=Source.OURS, keep=Keep.LEDGER, default=None)
    started: datetime = stored("how old the figures are", source=Source.OURS, keep=Keep.LEDGER)
    finished: datetime = stored("how old the figures are", source=Source.OURS, keep=Keep.LEDGER)
    complete: bool = stored("may absence be concluded from", source=Source.OURS, keep=Keep.LEDGER)
    why: str | None = stored(
        "why it is not complete, a message", source=Source.OURS, keep=Keep.LEDGER, default=None
    )
    pages: int = stored("what was read", source=Source.OURS, keep=Keep.LEDGER, default=0)
    decoded: int = stored("what was read", source=Source.OURS, keep=Keep.LEDGER, default=0)
    seen: int = stored("what was read", source=Source.OURS, keep=Keep.LEDGER, default=0)
    new: int = stored("what was written", source=Source.OURS, keep=Keep.LEDGER, default=0)
    changed: int = stored("what was written", source=Source.OURS, keep=Keep.LEDGER, default=0)
    missing: int = stored("what was not listed", source=Source.OURS, keep=Keep.LEDGER, default=0)
    gone: int = stored("what was removed", source=Source.OURS, keep=Keep.LEDGER, default=0)


class MirrorPage(SQLModel, table=True):
    """The newest complete reading of one page: its digest, and which rows with which digests it held.

    `row_keys` are the row ids as little-endian int64, `row_digests` 16 bytes a row in the same order. A page whose
    digest comes again is neither decoded nor written.
    """

    __tablename__ = "mirror_page"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    organization: int = key("whose list", source=Source.OURS)
    resource: str = key("which list", source=Source.OURS)
    number: int = key("page number, or the parent's id", source=Source.OURS)
    digest: bytes = stored("is the page as it was", source=Source.OURS)
    row_keys: bytes = stored("which rows it held", source=Source.OURS)
    row_digests: bytes = stored("are the rows as they were", source=Source.OURS)


class Missing(SQLModel, table=True):
    """A person or an event that a complete reading no longer listed, waiting for proof that it is gone."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    organization: int = key("whose list", source=Source.OURS)
    resource: str = key("which list", source=Source.OURS)
    id: int = key("the row that is not listed", source=Source.OURS, person=True)
    snapshot: int = stored("the first snapshot without it", source=Source.OURS)
    since: datetime = stored("when it was first not listed", source=Source.OURS)
    ripe: bool = stored(
        "a second complete snapshot at least an hour later lacked it too", source=Source.OURS, default=False
    )
    verdict: str | None = stored(
        "what the direct question answered: here, forbidden", source=Source.OURS, default=None
    )
