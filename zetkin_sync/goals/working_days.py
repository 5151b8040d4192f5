"""Working days by a country's own calendar: no weekends, no public holidays, and not the eves that are as good as one."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

import holidays

WEEKEND = 5


class Calendar:
    """One country's days. Midsummer's, Christmas and New Year's Eve are days off in fact (`de_facto`)."""

    def __init__(self, country: str) -> None:
        self._country = country

    @cached_property
    def _off(self) -> holidays.HolidayBase:
        try:
            return holidays.country_holidays(self._country, categories=("public", "de_facto"))
        except ValueError:  # a country without de-facto days
            return holidays.country_holidays(self._country)

    def is_working(self, day: date) -> bool:
        return day.weekday() < WEEKEND and day not in self._off

    def holiday(self, day: date, language: str = "sv") -> str | None:
        """What the day is called when it is a holiday."""
        named: str | None = self._off.get(day)
        return named

    def working_days(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`: answered the same day is 0."""
        days = (start + timedelta(n) for n in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)

    def working_day_before(self, day: date) -> date:
        """The day itself when it is a working day, else the nearest one before."""
        while not self.is_working(day):
            day -= timedelta(1)
        return day
