"""What the district itself arranges: courses, meetings of chairs, committees, self-defence, days of note."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from zetkin_sync.demo.district.catalogue import COMMITTEES
from zetkin_sync.demo.district.events import WEEKS_AHEAD, add_place, publication
from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.world.events import Event

_EVERY = (  # title, type, days between two, places needed
    ("Ordförandeträff", "Ordförandeträff", 95, 20),
    ("Gruppledarträff", "Gruppledarträff", 120, 12),
    ("Grundkurs för aktivister", "Utbildning", 75, 20),
    ("Kurs för förtroendevalda", "Utbildning", 170, 20),
    ("Ledarskapsutbildning", "Ledarskapsutbildning", 110, 18),
    ("Utbildning för ansvariga", "Ansvarigutbildning", 330, 15),
    ("Ideologisk grundkurs", "Utbildning", 160, 20),
    ("Styrelseutbildning med Zetkin", "Styrelseutbildning", 200, 15),
    ("Styrelseutbildning", "Styrelseutbildning", 240, 15),
    ("Prova på feministiskt självförsvar", "Feministiskt självförsvar", 420, 12),
    ("Mansgrupp", "Mansgrupp", 260, 8),
    ("Digital ringkväll", "Digital kväll", 21, 10),
)
_NOTED = (("8 mars", 3, 8), ("1 maj", 5, 1), ("Pride", 8, 1), ("3 december", 12, 3))
_COMMITTEE_DAYS = (60, 75, 90, 45, 0, 150, 100)  # one committee sleeps
_CENTRAL = (59.3260, 18.0550)


def add_occasions(building: Building) -> None:
    """The district's own events, in two years and the weeks ahead."""
    dice = building.dice("occasions")
    office = add_place(building, building.root, "Kungsgatan 84", *_CENTRAL)
    square = add_place(building, building.root, "Stora torget", 59.3320, 18.0630)
    first, last = building.first, _last(building)
    for title, kind, between, needed in _EVERY:
        day = first + timedelta(days=dice.randrange(between))
        while day <= last:
            if day.month != 7:
                place = None if kind == "Digital kväll" else office
                _occasion(building, dice, day, title, kind=kind, place=place, needed=needed)
            day += timedelta(days=between + dice.randrange(-6, 7))
    for name, between in zip(COMMITTEES, _COMMITTEE_DAYS, strict=True):
        if between:
            _committee(building, dice, name, office, between=between)
    for year in range(first.year, last.year + 1):
        camp = date(year, 8, 7)
        if first <= camp <= last and year != first.year:
            _occasion(
                building, dice, camp, "Sommarlägret", kind="Social träff", place=None, project="Sommarlägret"
            )
        for title, month, noted in _NOTED:
            day = date(year, month, noted)
            if first <= day <= last and not (title == "3 december" and year == building.today.year):
                kind = "Demonstration"
                _occasion(
                    building, dice, day, title, kind=kind, place=square, needed=25, project=title, early=80
                )


def _committee(building: Building, dice: Random, name: str, place: int, *, between: int) -> None:
    day, last = building.first + timedelta(days=dice.randrange(between)), _last(building)
    while day <= last:
        if day.month != 7:
            title, project = f"Utskottsmöte: {name}", f"Utskott: {name}"
            _occasion(building, dice, day, title, kind="Utskottsmöte", place=place, project=project)
        day += timedelta(days=between + dice.randrange(-10, 11))


def _last(building: Building) -> date:
    return building.today + timedelta(weeks=WEEKS_AHEAD)


def _occasion(
    building: Building,
    dice: Random,
    day: date,
    title: str,
    *,
    kind: str,
    place: int | None,
    needed: int = 5,
    project: str | None = None,
    early: int = 0,
) -> None:
    """One event of the district's; `early` more days between its publication and its day."""
    starts = datetime.combine(day, time(dice.choice((10, 13, 18, 18))))
    made = Event(
        id=building.state.new_id("event"),
        organization=building.root,
        title=title,
        activity=building.activities[kind],
        campaign=building.campaigns[project] if project else None,
        location=place,
        starts=starts,
        ends=starts + timedelta(hours=dice.choice((2, 3, 6))),
        info_text="Anmälan i Zetkin.",
        required=needed,
        published=publication(building, dice, starts - timedelta(days=early)),
        contact=next(iter(building.state.organizations[building.root].officials), None),
    )
    building.state.events[made.id] = made
