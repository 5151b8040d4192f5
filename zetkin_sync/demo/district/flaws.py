"""The flaws real data has: no place, called off, drafts, hours that do not exist, true instants as wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from zetkin_sync.demo.district.plan import ZONE_NAME, Building
from zetkin_sync.demo.world.events import Event

_ZONE = ZoneInfo(ZONE_NAME)


def add_flaws(building: Building) -> None:
    """Spoil some of the events, the same ones for the same seed."""
    dice = building.dice("flaws")
    for event in building.state.events.values():
        fate = dice.random()
        if fate < 0.06:
            event.location = None
        elif fate < 0.10:
            _cancel(building, event)
        elif fate < 0.13:
            event.published = None
        elif fate < 0.135:
            _cancel(building, event)
            event.published = building.ago(1) if event.published else None  # published again: it is on
        elif fate < 0.14:
            event.ends = event.starts
    _at_night(building, dice)
    _true_instants(building, dice)


def _cancel(building: Building, event: Event) -> None:
    if event.published is not None:
        when = datetime.combine(event.starts.date(), time(9), UTC) - timedelta(days=2)
        event.cancelled = max(event.published + timedelta(hours=1), min(when, building.ago(0.2)))


def _at_night(building: Building, dice: Random) -> None:
    """Postering in the nights of the clock changes: at an hour that is not there, or there twice."""
    candidates = [e for e in building.state.events.values() if e.published and e.location]
    for year in range(building.today.year - 2, building.today.year + 1):
        for month in (3, 10):
            night = _last_sunday(year, month)
            if candidates and abs((night - building.today).days) < 30 * building.months:
                event = dice.choice(candidates)
                event.starts = datetime.combine(night, time(2, 30))
                event.ends = event.starts + timedelta(hours=1)


def _last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _true_instants(building: Building, dice: Random) -> None:
    """A few were dragged in the calendar, which wrote a true instant: their digits are UTC (API.md §2.6)."""
    events = [e for e in building.state.events.values() if e.published and building.activities]
    for number, event in enumerate(dice.sample(events, k=min(len(events), max(3, len(events) // 250)))):
        if number % 3 == 0:  # a leaflet round before work becomes one at night
            event.starts = event.starts.replace(hour=5, minute=0)
            event.ends = event.starts + timedelta(hours=2)
        event.starts = _digits(event.starts)
        event.ends = _digits(event.ends)


def _digits(wall: datetime) -> datetime:
    return wall.replace(tzinfo=_ZONE).astimezone(UTC).replace(tzinfo=None)
