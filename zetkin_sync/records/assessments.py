"""What was found about a goal on a day: a figure without a person, kept as history."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class GoalState(StrEnum):
    """Where a goal stands. What cannot be known is unknown, never zero."""

    MET = "met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Assessment(SQLModel, table=True):
    """One goal for one unit from one day on; `unit` is an organization, the root for the district.

    A row is written when something changed; what held on a day is the newest row up to it.
    """

    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    plan: str = key("the plan file's id", source=Source.CONFIG, keep=Keep.HISTORY)
    goal: str = key("the goal's id", source=Source.CONFIG, keep=Keep.HISTORY)
    unit: int = key("for whom", source=Source.OURS, keep=Keep.HISTORY)
    day: date = key("from which local day", source=Source.OURS, keep=Keep.HISTORY)
    computed: datetime = stored("when it was computed", source=Source.OURS, keep=Keep.HISTORY)
    state: str = stored("where it stands", source=Source.OURS, keep=Keep.HISTORY)
    value: float | None = stored("the figure", source=Source.OURS, keep=Keep.HISTORY, default=None)
    numerator: int | None = stored("the figure's parts", source=Source.OURS, keep=Keep.HISTORY, default=None)
    denominator: int | None = stored(
        "the figure's parts", source=Source.OURS, keep=Keep.HISTORY, default=None
    )
    lower: float | None = stored(
        "the least it can be, where something is unknown",
        source=Source.OURS,
        keep=Keep.HISTORY,
        default=None,
    )
    upper: float | None = stored(
        "the most it can be, where something is unknown", source=Source.OURS, keep=Keep.HISTORY, default=None
    )
    before: float | None = stored(
        "the same stretch last year", source=Source.OURS, keep=Keep.HISTORY, default=None
    )
    target: float | None = stored(
        "what it is held against", source=Source.CONFIG, keep=Keep.HISTORY, default=None
    )
    more_needed: int | None = stored(
        "how far to the target", source=Source.OURS, keep=Keep.HISTORY, default=None
    )
    shown: bool = stored("shown and not judged", source=Source.OURS, keep=Keep.HISTORY, default=False)
    outlook: str | None = stored(
        "the forecast, in a word", source=Source.OURS, keep=Keep.HISTORY, default=None
    )
    finding: str = stored("what it means, a message", source=Source.OURS, keep=Keep.HISTORY, default="")
    missing: str = stored(
        "what is needed to know more, JSON of messages", source=Source.OURS, keep=Keep.HISTORY, default="[]"
    )
    evidence: str = stored(
        "the records behind it, JSON of kinds and ids, no person",
        source=Source.OURS,
        keep=Keep.HISTORY,
        default="[]",
    )
