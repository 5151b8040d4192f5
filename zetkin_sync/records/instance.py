"""Which copy of the database this is, so that an older copy is recognised before it sends anything."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, stored

EVERY_DISTRICT = 0  # what holds for the whole installation


class Instance(SQLModel, table=True):
    """One row. `beat` only grows; a host that has seen a higher one knows that this is an older copy."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    identity: str = stored("tells one database from another", source=Source.OURS, keep=Keep.STANDING)
    beat: int = stored("grows while the service lives", source=Source.OURS, keep=Keep.STANDING)
    beaten: datetime = stored("when it last grew", source=Source.OURS, keep=Keep.STANDING)
    restored: datetime | None = stored(
        "nothing that was due before is caught up", source=Source.OURS, keep=Keep.STANDING, default=None
    )
    moved_to: str | None = stored(
        "the database that took over from this one", source=Source.OURS, keep=Keep.STANDING, default=None
    )
