"""A synthetic party district: invented people in real places, two years of events, and real data's flaws."""

from __future__ import annotations

from datetime import date

from zetkin_sync.demo.district import (
    attendance,
    events,
    flaws,
    occasions,
    outreach,
    people,
    tagging,
    tree,
    types,
)
from zetkin_sync.demo.district.catalogue import CLOSED, SILENT, Association, associations
from zetkin_sync.demo.district.geography import add_areas
from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.world.state import State


def make_district(
    *,
    people: int = 10_000,
    seed: int = 1,
    today: date,
    months: int = 24,
    association_count: int | None = None,
) -> State:
    """A district as Zetkin would hold it, the same for the same arguments.

    `today` is the local day it is seen on: events reach `months` back and seven weeks ahead. With
    `association_count` only that many associations are founded, among them always the one without events
    and the one that is closed.
    """
    chosen = _chosen(association_count)
    building = Building(people=people, seed=seed, today=today, months=months, associations=chosen)
    tree.add_organizations(building)
    add_areas(building)
    _fill(building)
    return building.state


def _fill(building: Building) -> None:
    people.add_fields(building)
    people.add_people(building)
    tree.add_accounts(building)
    tagging.add_tags(building)
    types.add_types(building)
    events.add_events(building)
    occasions.add_occasions(building)
    attendance.add_attendance(building)
    flaws.add_flaws(building)
    outreach.add_outreach(building)


def _chosen(count: int | None) -> tuple[Association, ...]:
    """The associations to found: every so many of the catalogue, parents with their children."""
    every = associations()
    if count is None or count >= len(every):
        return every
    special = [a for a in every if a.title in (SILENT, CLOSED)]
    rest = [a for a in every if a not in special and a.parent is None]
    step = max(1, len(rest) // max(1, count - len(special)))
    picked = [*rest[::step][: max(0, count - len(special))], *special]
    return tuple(a for a in every if a in picked)
