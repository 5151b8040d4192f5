"""The stretch of local days that a goal is judged over: a calendar period, a rolling window, the plan, or now."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_ROLLING = re.compile(r"^([1-9]\d{0,3}) (days|months)$")
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
PERIODS = (*_MONTHS, "plan", "now", "once", "N days", "N months")


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `first` to `last`, both included; `last` may lie ahead of the day of judgement, `day`."""

    first: date
    last: date
    day: date

    @property
    def over(self) -> bool:
        """Has the whole window passed?"""
        return self.last < self.day

    @property
    def rolling(self) -> bool:
        """Does it end on the day itself, so that there is nothing left of it?"""
        return self.last == self.day

    @property
    def share_passed(self) -> float:
        """How much of it has passed, 0–1."""
        length = (self.last - self.first).days + 1
        return min(1.0, max(0.0, ((self.day - self.first).days + 1) / length))


def is_period(text: str) -> bool:
    """Is it one of `PERIODS`?"""
    return text in PERIODS[:-2] or bool(_ROLLING.match(text))


def window(period: str | None, *, day: date, starts: date, ends: date) -> Window:
    """The window of a period around a day; `starts` and `ends` are the plan's."""
    if period in ("plan", "once"):
        return Window(starts, ends, day)
    if period is None or period == "now":
        return Window(day, day, day)
    rolling = _ROLLING.match(period)
    if rolling:
        n = int(rolling[1])
        first = day - timedelta(days=n - 1) if rolling[2] == "days" else months_before(day, n)
        return Window(first, day, day)
    length = _MONTHS[period]
    first_month = (day.month - 1) // length * length + 1
    last_month = first_month + length - 1
    return Window(
        date(day.year, first_month, 1),
        date(day.year, last_month, monthrange(day.year, last_month)[1]),
        day,
    )


def year_before(window: Window) -> Window:
    """The same stretch a year earlier, judged on the same day a year earlier."""
    return Window(*(_years(day, -1) for day in (window.first, window.last, window.day)))


def months_before(day: date, months: int) -> date:
    """The day after the same day of the month `months` months ago: the first of a rolling window of months."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + timedelta(days=1)


def month_index(day: date) -> int:
    """Months counted from year 0, so that they can be subtracted."""
    return day.year * 12 + day.month - 1


def first_of(index: int) -> date:
    """The first day of a month given by its index."""
    return date(index // 12, index % 12 + 1, 1)


def _years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
