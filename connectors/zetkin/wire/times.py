"""Zetkin's times: instants, and the wall-clock times of events that call themselves UTC.

An event's `18:00:00+00:00` means 18:00 at the venue (API.md §2.6, §6.2); some of Zetkin's own forms write a true
UTC instant instead. Which one a district's data holds is configuration, so both are read here, and a time at
which nobody holds an activity is marked for a person to look at.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

_LONGEST = timedelta(days=31)
_DAY_ENDS = (time(0), time(23, 59), time(23, 59, 59))


class EventTimes(StrEnum):
    """What an event's times are."""

    WALL_CLOCK = "wall_clock"  # local time that calls itself UTC: Zetkin's design
    UTC = "utc"  # true instants


def instant(text: str | None) -> datetime | None:
    """An instant; without offset it is UTC (API.md §2.6). Raises ValueError for anything else than a time."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Reading(NamedTuple):
    """How a district's event times are meant: what they are, where, and when nobody holds an activity."""

    times: EventTimes
    zone: ZoneInfo
    suspicious: tuple[int, int] = (0, 6)  # from and until which hour

    def wall_clock(self, text: str | None) -> datetime | None:
        """An event's time as the clock on the wall shows it, without offset. Raises ValueError."""
        if not text:
            return None
        moment = datetime.fromisoformat(text)
        if self.times is EventTimes.WALL_CLOCK:
            return moment.replace(tzinfo=None)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def written(self, clock: datetime) -> str:
        """A wall-clock time as Zetkin is to be told it."""
        if self.times is EventTimes.WALL_CLOCK:
            return f"{clock:%Y-%m-%dT%H:%M:%S}"
        return f"{clock.replace(tzinfo=self.zone).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def is_suspicious(self, starts: datetime | None, ends: datetime | None) -> bool:
        """Is this a time at which nobody holds an activity, or none at all?

        It begins in the suspicious hours (a whole day from midnight is fine) or in the hour that the spring
        change skips, ends before it begins, or lasts more than a month. Both are wall-clock times.
        """
        if starts is None:
            return False
        if ends is not None and not timedelta(0) <= ends - starts <= _LONGEST:
            return True
        whole_day = starts.time() == time(0) and ends is not None and ends.time() in _DAY_ENDS
        if self._at_night(starts.hour) and not whole_day:
            return True
        there_and_back = starts.replace(tzinfo=self.zone).astimezone(UTC).astimezone(self.zone)
        return there_and_back.replace(tzinfo=None) != starts

    def _at_night(self, hour: int) -> bool:
        first, last = self.suspicious
        return first <= hour < last if first <= last else hour >= first or hour < last


def day(text: str | None) -> date | None:
    """A calendar day, from a date or from a time whose day is meant."""
    return date.fromisoformat(text[:10]) if text else None
