"""Who was asked to what: one row for each person and message, reserved when the message is approved.

Caps are counted on these rows, so a message whose fate is unknown counts, and two approvals at once cannot
both take somebody's last place.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, key, stored


class Asked(SQLModel, table=True):
    """A person who is to get, or got, a message of ours through Zetkin."""

    __table_args__: ClassVar = (Index("asked_by_person", "district", "person", "at"),)

    intent: int = key("which message", source=Source.OURS, keep=Keep.SENDING, foreign_key="intent.id")
    person: int = key("who is asked", source=Source.OURS, keep=Keep.SENDING, person=True)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.SENDING)
    at: datetime = stored("when it was approved; caps count from here", source=Source.OURS, keep=Keep.SENDING)
    events: str = stored("to which events, JSON of ids", source=Source.OURS, keep=Keep.SENDING, default="[]")
    chance: float | None = stored(
        "how likely a yes was thought to be, to check the model",
        source=Source.OURS,
        keep=Keep.SENDING,
        default=None,
    )
    dropped: str | None = stored(
        "why the person was left out before sending, a message",
        source=Source.OURS,
        keep=Keep.SENDING,
        default=None,
    )
