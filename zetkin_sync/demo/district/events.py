"""Two years of events and some weeks ahead, with a season and with the flaws of real data.

Each association lives by its profile: a steady rota, nearly one, now and then, one burst, busy outside its
own areas, or nothing at all. July is almost dead and Christmas weak.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from zetkin_sync.demo.district.catalogue import SILENT, Association, Place, priorities
from zetkin_sync.demo.district.plan import ZONE_NAME, Building
from zetkin_sync.demo.district.types import INWARD, OUTWARD, PARTNERS, THEMES
from zetkin_sync.demo.world.events import Event, Location

WEEKS_AHEAD = 7
_ZONE = ZoneInfo(ZONE_NAME)
_SEASON = (0.8, 1.0, 1.15, 1.1, 1.1, 0.7, 0.06, 0.85, 1.35, 1.15, 1.0, 0.55)
_RATE = {  # (outward in own areas, outward elsewhere, inward) a month
    "rota": (2.4, 0.5, 2.2),
    "nearly": (0.95, 0.5, 1.6),
    "sporadic": (0.45, 0.4, 1.1),
    "burst": (0.15, 0.2, 0.6),
    "outside": (0.1, 2.2, 1.2),
    "closed": (1.0, 0.3, 1.0),
    "silent": (0.0, 0.0, 0.0),
}
_SPOTS = ("torg", "bibliotek", "station", "folkets hus", "centrum")


def add_events(building: Building) -> None:
    """Everything the associations do, month by month, then what the district itself does."""
    for association in building.associations:
        if association.title != SILENT:
            _association(building, association)


def months(building: Building) -> Iterator[tuple[int, int]]:
    """(year, month) from the first month to the one that the events ahead end in."""
    last = building.today + timedelta(weeks=WEEKS_AHEAD)
    index = building.today.year * 12 + building.today.month - 1 - building.months
    while index <= last.year * 12 + last.month - 1:
        yield index // 12, index % 12 + 1
        index += 1


def add_place(building: Building, owner: int, title: str, lat: float, lng: float) -> int:
    """A place for events; gives its id."""
    made = Location(
        id=building.state.new_id("location"),
        organization=owner,
        title=title,
        lat=round(lat, 5),
        lng=round(lng, 5),
        created=building.ago(900),
    )
    building.state.locations[made.id] = made
    return made.id


def _association(building: Building, association: Association) -> None:
    dice = building.dice("events", association.title)
    owner = building.ids[association.title]
    own, elsewhere = _places(building, dice, association, owner)
    mine, other, inward = _RATE[association.profile]
    burst = dice.randrange(building.months) if building.months else 0
    for number, (year, month) in enumerate(months(building)):
        season = _SEASON[month - 1]
        peak = 8.0 if association.profile == "burst" and number in (burst, burst + 1) else 1.0
        steady = mine * season * peak
        if association.profile == "rota" and month != 7 and dice.random() < 0.97:
            steady = max(steady, 1.0)
        for rate, places, types in (
            (steady, own, OUTWARD),
            (other * season, elsewhere, OUTWARD),
            (inward * season, own + elsewhere, INWARD),
        ):
            for _ in range(_count(dice, rate)):
                place = dice.choice(places)
                _event(building, dice, owner=owner, month=(year, month), place=place, types=types)


def _count(dice: Random, rate: float) -> int:
    """The rate's whole part, and one more by chance."""
    return int(rate) + (dice.random() < rate % 1)


def _places(
    building: Building, dice: Random, association: Association, owner: int
) -> tuple[list[int], list[int]]:
    """Some spots inside the association's own areas or workplaces, some outside."""
    own = []
    spots: tuple[Place, ...] = priorities().get(association.title, ())
    for area in spots:
        for spot in dice.sample(_SPOTS, k=2) if association.kind == "geographic" else ("",):
            lat, lng = area.lat + dice.uniform(-1, 1) * 0.0018, area.lng + dice.uniform(-1, 1) * 0.0025
            own.append(add_place(building, owner, f"{area.title} {spot}".strip(), lat, lng))
    elsewhere = []
    for spot in dice.sample(_SPOTS, k=2):
        lat, lng = (
            association.lat + dice.choice((-1, 1)) * 0.02,
            association.lng + dice.choice((-1, 1)) * 0.035,
        )
        name = association.title.split(" ", 1)[1]
        elsewhere.append(add_place(building, owner, f"{name}, {spot} utanför", lat, lng))
    return own or elsewhere, elsewhere


def _event(
    building: Building,
    dice: Random,
    *,
    owner: int,
    month: tuple[int, int],
    place: int,
    types: dict[str, int],
) -> None:
    day = date(*month, dice.randrange(1, calendar.monthrange(*month)[1] + 1))
    if (day.month == 12 and day.day > 22) or day > building.today + timedelta(weeks=WEEKS_AHEAD):
        return
    kind = dice.choices(list(types), list(types.values()))[0]
    hour = dice.choice((10, 11, 12, 13)) if day.weekday() > 4 else dice.choice((16, 17, 17, 18, 18, 19))
    starts = datetime.combine(day, time(hour, dice.choice((0, 0, 30))))
    theme = dice.choice(THEMES) if dice.random() < 0.3 else None
    title = f"{kind}: {building.state.locations[place].title}"
    if types is OUTWARD and dice.random() < 0.08:
        title += f" (Samarr: {dice.choice(PARTNERS)})"
    made = Event(
        id=building.state.new_id("event"),
        organization=owner,
        title=None if dice.random() < 0.05 else title,
        activity=building.activities[kind] if dice.random() < 0.97 else None,
        campaign=building.campaigns[f"Tema: {theme}"] if theme else None,
        location=None if kind == "Digital kväll" else place,
        starts=starts,
        ends=starts + timedelta(minutes=dice.choice((90, 120, 120, 180))),
        info_text="Samling vid ingången. Ta med varma kläder." if dice.random() < 0.8 else "",
        required=dice.choice((3, 4, 4, 5, 6, 8)) if types is OUTWARD else dice.choice((2, 2, 5, 10)),
        published=publication(building, dice, starts),
    )
    members = building.state.members(owner)
    if members and dice.random() < 0.85:
        made.contact = members[dice.randrange(min(len(members), 6))]
    building.state.events[made.id] = made


def publication(building: Building, dice: Random, starts: datetime) -> datetime:
    """Some weeks before the event, never later than today."""
    told = starts.replace(tzinfo=_ZONE) - timedelta(days=dice.randrange(5, 45), hours=dice.randrange(8))
    return min(told, building.ago(0.5)).astimezone(building.ago(0).tzinfo)
