"""Sets of people by id, for figures that are counts: who took part, who was written to, who belongs where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from zetkin_sync.areas.names import says_one, words_of
from zetkin_sync.goals.events import EventFilter, Mask
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.windows import Window


def attended(observed: Observed, mask: Mask) -> frozenset[int]:
    """Who came to any of the marked events: attendance was recorded."""
    wanted = frozenset(observed.events.ids(mask))
    return frozenset(
        b.person for b in observed.facts.participations if b.event in wanted and b.attended is not None
    )


def took_part(observed: Observed, mask: Mask) -> frozenset[int]:
    """Who was booked on any of the marked events and is not known to have stayed away."""
    wanted = frozenset(observed.events.ids(mask))
    return frozenset(
        b.person
        for b in observed.facts.participations
        if b.event in wanted and b.noshow is None and b.cancelled is None
    )


def written_to(observed: Observed, phrases: Iterable[str], window: Window) -> frozenset[int] | None:
    """Who was sent an email whose title says one of the phrases; none when emails were never read."""
    if observed.facts.emails is None:
        return None
    says = says_one(phrases)
    people: set[int] = set()
    for email in observed.facts.emails:
        day = email.sent.astimezone(observed.facts.zone).date()
        if window.first <= day <= window.day and says(words_of(email.title)):
            people |= email.people
    return frozenset(people)


Parts = Mapping[int, list[int]]


def parts_taken(observed: Observed, wanted: EventFilter) -> Parts:
    """For each person the days (ordinals) on which they took part, oldest first; two events a day are one day."""
    events = observed.events
    mask = events.matching(wanted) & events.happens & (events.day <= observed.today.toordinal())
    days: dict[int, set[int]] = {}
    for booking in observed.facts.participations:
        row = events.row_of.get(booking.event)
        if row is not None and mask[row] and booking.noshow is None and booking.cancelled is None:
            days.setdefault(booking.person, set()).add(int(events.day[row]))
    return {person: sorted(some) for person, some in days.items()}


def first_parts(observed: Observed, wanted: EventFilter) -> Mapping[int, date]:
    """The first day each person took part."""
    return {person: date.fromordinal(days[0]) for person, days in parts_taken(observed, wanted).items()}
