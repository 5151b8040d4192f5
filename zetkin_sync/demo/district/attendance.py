"""Who signed up, was booked and came, with gaps: for many events nobody has written anything down."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.district.tagging import NETWORK
from zetkin_sync.demo.world.events import Event, Participation

_UNRECORDED = 0.35
_ATTENDANCE_KNOWN = 0.55


def add_attendance(building: Building) -> None:
    """Bookings and sign-ups: a few people carry most of it."""
    dice = building.dice("attendance")
    state = building.state
    network = set(state.tags[building.tags[NETWORK]].people)
    core: dict[int, list[int]] = {}
    for organization in state.organizations:
        members = state.members(organization)
        active = [p for p in members if p in network]
        active += dice.sample(members, k=min(len(members), 3 + len(members) // 12))
        core[organization] = sorted(set(active))
    for event in state.events.values():
        if dice.random() > _UNRECORDED and core[event.organization]:
            _people(building, dice, event, core[event.organization])


def _people(building: Building, dice: Random, event: Event, core: list[int]) -> None:
    ahead = (event.starts.date() - building.today).days
    fill = dice.uniform(0.4, 1.4) if ahead < 0 else dice.uniform(0.0, 0.9) * max(0.25, 1 - ahead / 60)
    wanted = min(len(core), 14, round(event.required * fill))
    weighted = sorted(core, key=lambda p: dice.random() ** (1 + p % 7))
    recorded = dice.random() < _ATTENDANCE_KNOWN
    for person in weighted[-wanted:] if wanted else []:
        signed = min(
            building.ago(0.1), building.instant(event.starts.date()) - timedelta(days=dice.randrange(1, 20))
        )
        if dice.random() < 0.7:
            event.responses[person] = signed
            if ahead >= 0 and dice.random() < 0.2:
                continue
        event.participants[person] = _booking(building, dice, event, ahead=ahead, recorded=recorded)


def _booking(building: Building, dice: Random, event: Event, *, ahead: int, recorded: bool) -> Participation:
    booking = Participation()
    day = building.instant(event.starts.date(), 20)
    fate = dice.random()
    if fate < 0.09:
        booking.cancelled = min(building.ago(0.05), day - timedelta(days=1))
    elif ahead < 0 and recorded:
        if fate < 0.24:
            booking.noshow = day
        else:
            booking.attended = day
    if ahead < 0 and dice.random() < 0.4:
        booking.reminded = day - timedelta(days=1)
    return booking
