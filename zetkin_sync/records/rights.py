"""What a person has a right to, kept until they say otherwise (GDPR art. 18 and 21)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class Departed(SQLModel, table=True):
    """Somebody whom Zetkin proved to be gone: to be erased everywhere within a day, unless they are back by then."""

    id: int | None = key("the notice", source=Source.OURS, keep=Keep.STANDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.STANDING)
    person: int = stored("who is gone", source=Source.ZETKIN, keep=Keep.STANDING, person=True)
    address: bytes | None = stored(
        "their address, to erase what is known of it: keyed hash",
        keep=Keep.STANDING,
        address=True,
        default=None,
    )
    since: datetime = stored("when it was proven", source=Source.OURS, keep=Keep.STANDING)


class Restriction(SQLModel, table=True):
    """A person about whom nothing may be done: no callouts, no tags. Survives every reading of Zetkin."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    person: int = key("whom nothing is done about", source=Source.PERSON, keep=Keep.STANDING, person=True)
    since: datetime = stored("when they asked for it", source=Source.OURS, keep=Keep.STANDING)


class OptOut(SQLModel, table=True):
    """A person who has left the activist network: no callouts, until they themselves say yes again, later."""

    __tablename__ = "opt_out"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    person: int = key("who has left the network", source=Source.PERSON, keep=Keep.STANDING, person=True)
    at: datetime = stored("since when", source=Source.OURS, keep=Keep.STANDING)
    how: str = stored(
        "by which way: tag, unsubscribed or person", source=Source.OURS, keep=Keep.STANDING, default="person"
    )
