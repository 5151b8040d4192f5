"""What a person has a right to, kept until they say otherwise (GDPR art. 18 and 21)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class Restriction(SQLModel, table=True):
    """A person about whom nothing may be done: no callouts, no tags. Survives every reading of Zetkin."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    person: int = key("whom nothing is done about", source=Source.PERSON, keep=Keep.STANDING, person=True)
    since: datetime = stored("when they asked for it", source=Source.OURS, keep=Keep.STANDING)
