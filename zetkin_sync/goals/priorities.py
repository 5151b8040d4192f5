"""What the district and its associations put first: which statement holds on a day, and which events meet it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zetkin_sync.goals.events import EventFilter, EventTable, Mask
from zetkin_sync.records.facts import PriorityFact

GEOGRAPHIC, THEME, AUDIENCE = "geographic", "theme", "audience"
KINDS = (GEOGRAPHIC, THEME, AUDIENCE)
_EARTH_RADIUS = 6_371_008.8


def current(priorities: Iterable[PriorityFact], *, day: date) -> Mapping[int, tuple[PriorityFact, ...]]:
    """Each owner's priorities that hold on a day.

    An owner's list of one kind may stand in the configuration, in a register and on the page; the list that
    was confirmed last counts, as a whole. What was said or confirmed after the day is not known yet.
    """
    lists: dict[tuple[int, str], dict[str, list[PriorityFact]]] = {}
    for priority in priorities:
        if priority.confirmed is None or priority.confirmed <= day:
            lists.setdefault((priority.owner, priority.kind), {}).setdefault(priority.source, []).append(
                priority
            )
    found: dict[int, list[PriorityFact]] = {}
    for (owner, _), by_source in lists.items():
        newest = max(by_source, key=lambda source: (_confirmed(by_source[source]), source))
        found.setdefault(owner, []).extend(p for p in by_source[newest] if _holds(p, day))
    return {
        owner: tuple(sorted(some, key=lambda p: (p.kind, p.subject, p.lat or 0, p.lng or 0)))
        for owner, some in found.items()
        if some
    }


def confirmed_within(priorities: Iterable[PriorityFact], *, day: date, since: date) -> bool:
    """Has anybody confirmed one of these since a day?"""
    return any(p.confirmed is not None and since <= p.confirmed <= day for p in priorities)


def _confirmed(priorities: Iterable[PriorityFact]) -> date:
    return max((p.confirmed or date.min for p in priorities), default=date.min)


def _holds(priority: PriorityFact, day: date) -> bool:
    after_start = priority.valid_from is None or priority.valid_from <= day
    return after_start and (priority.valid_to is None or day <= priority.valid_to)


def meets(
    events: EventTable,
    priority: PriorityFact,
    *,
    rows: NDArray[np.int64],
    subjects: Mapping[str, EventFilter],
) -> Mask:
    """Which of the events in `rows` meet a priority: by place, by theme or by target group.

    `subjects` says how the plan recognises each theme and target group.
    """
    if priority.kind != GEOGRAPHIC:
        wanted = subjects.get(priority.subject)
        return np.zeros(len(rows), np.bool_) if wanted is None else events.matching(wanted)[rows]
    if priority.lat is not None and priority.lng is not None:
        return metres_from(events, rows, priority.lng, priority.lat) <= (priority.radius or 0.0)
    inside = events.by_area.get(priority.subject)
    return np.zeros(len(rows), np.bool_) if inside is None else np.isin(rows, inside)


def metres_from(events: EventTable, rows: NDArray[np.int64], lng: float, lat: float) -> NDArray[np.float64]:
    """How far some events are from a point; infinitely far where the place is not known."""
    across = np.radians(events.lng[rows] - lng) * np.cos(np.radians((events.lat[rows] + lat) / 2))
    metres = _EARTH_RADIUS * np.hypot(across, np.radians(events.lat[rows] - lat))
    return np.where(np.isnan(metres), np.inf, metres)
