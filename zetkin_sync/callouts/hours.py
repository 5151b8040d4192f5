"""When people may be written to: local hours of the day, later on Sundays, and time to change one's mind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from zetkin_sync.language import say

LEAST_LEAD = 10  # minutes: the organizer's undo (ARCHITECTURE decision 6)
_SUNDAY = 6


class SendingHours(BaseModel):
    """The hours, local; `lead_minutes` lie between the decision and the sending."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begin: time = time(9)
    sunday_begin: time = time(12)
    end: time = time(20)
    lead_minutes: int = Field(15, ge=LEAST_LEAD)
    zone: str = "Europe/Stockholm"

    @model_validator(mode="after")
    def _opens(self) -> SendingHours:
        if max(self.begin, self.sunday_begin) >= self.end:
            raise ValueError(
                say("the hours end before they begin"), say("begin before end, as 09:00 and 20:00")
            )
        return self

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> SendingHours:
        """The hours as a change carries them."""
        return cls.model_validate(payload)

    def allow(self, at: datetime) -> bool:
        """May somebody be written to at that instant?"""
        local = at.astimezone(ZoneInfo(self.zone))
        begin = self.sunday_begin if local.weekday() == _SUNDAY else self.begin
        return begin <= local.time() < self.end

    def next(self, now: datetime) -> datetime:
        """The first allowed instant that leaves the lead, to the minute, UTC."""
        zone = ZoneInfo(self.zone)
        earliest = (now + timedelta(minutes=self.lead_minutes, seconds=59)).replace(second=0, microsecond=0)
        if self.allow(earliest):
            return earliest.astimezone(UTC)
        day = earliest.astimezone(zone).date()
        for offset in range(9):
            date = day + timedelta(days=offset)
            begin = self.sunday_begin if date.weekday() == _SUNDAY else self.begin
            opens = datetime.combine(date, begin, tzinfo=zone).astimezone(UTC)
            if opens >= earliest:
                return opens
        raise AssertionError("a week has sending hours")
