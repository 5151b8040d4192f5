"""Switches that a person sets and that every process obeys: stop all sending, pause a job."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored

STOP = "stop"
RESTORED = "restored"  # set when the database turns out to be an older copy; only the look-up clears it
PAUSE = "pause:"  # and the job's name


class Control(SQLModel, table=True):
    """A switch that is on: `stop`, `restored`, or `pause:JOB`. No row means off."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    name: str = key("which switch", source=Source.PERSON, keep=Keep.STANDING)
    who: str = stored("who set it", source=Source.PERSON, keep=Keep.STANDING)
    why: str | None = stored("their reason", source=Source.PERSON, keep=Keep.STANDING, default=None)
    since: datetime = stored("when it was set", source=Source.OURS, keep=Keep.STANDING)
    until: datetime | None = stored(
        "when it ends by itself", source=Source.PERSON, keep=Keep.STANDING, default=None
    )
