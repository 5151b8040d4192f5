"""Priority areas where nothing has happened lately: who is nearest, what comes next nearby, what would help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.priorities import metres_from
from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import AreaFact

NEARBY = 3_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiteSpot:
    """An area without activity for so many days (none: never, as far as events have been read).

    `association` has prioritised the area, or is the one that is active nearest to it. `event` is the nearest
    event to come, `metres` away.
    """

    area: str
    title: str
    days: int | None
    last_event: int | None
    owners: tuple[int, ...]
    association: int | None
    event: int | None
    metres: float | None
    step: Message


def white_spots(observed: Observed, *, events: EventFilter, days: int = 30) -> list[WhiteSpot]:
    """The priority areas without such an event in the last `days`, the longest silent first."""
    table = observed.events
    wanted = table.matching(events) & table.happens
    today = observed.today.toordinal()
    found = []
    for area in observed.priority_areas:
        inside = table.by_area.get(area, np.empty(0, np.int64))
        held = inside[wanted[inside] & (table.day[inside] <= today)]
        last = int(held[np.argmax(table.day[held])]) if len(held) else None
        silent = None if last is None else today - int(table.day[last])
        if silent is None or silent >= days:
            found.append(_spot(observed, observed.areas[area], last=last, silent=silent, wanted=wanted))
    return sorted(found, key=lambda s: (s.days is not None, -(s.days or 0), s.title, s.area))


def without_support(observed: Observed, *, register: str = "support", days: int = 90) -> list[str]:
    """The district's own priority areas that no noted act of support has reached lately; all, if none is noted."""
    rows = observed.register(register)
    first = observed.today - timedelta(days)
    reached = {
        row.area for row in (rows.rows if rows else ()) if row.day and first <= row.day <= observed.today
    }
    district = observed.facts.district
    return [a for a, owners in observed.priority_areas.items() if district in owners and a not in reached]


def _spot(
    observed: Observed, area: AreaFact, *, last: int | None, silent: int | None, wanted: np.ndarray
) -> WhiteSpot:
    owners = observed.priority_areas[area.id]
    table = observed.events
    metres = (
        metres_from(table, np.arange(len(table)), area.lng, area.lat)
        if area.lat is not None and area.lng is not None
        else np.full(len(table), np.inf)
    )
    ahead = np.flatnonzero(wanted & (table.day > observed.today.toordinal()))
    event = int(ahead[np.argmin(metres[ahead])]) if len(ahead) else None
    if event is not None and not np.isfinite(metres[event]):
        event = None
    associations = [o for o in owners if o != observed.facts.district]
    association = associations[0] if associations else _nearest(observed, metres, wanted)
    return WhiteSpot(
        area=area.id,
        title=area.title,
        days=silent,
        last_event=None if last is None else int(table.id[last]),
        owners=owners,
        association=association,
        event=None if event is None else int(table.id[event]),
        metres=None if event is None else round(float(metres[event])),
        step=_step(observed, association, None if event is None else float(metres[event])),
    )


def _nearest(observed: Observed, metres: np.ndarray, wanted: np.ndarray) -> int | None:
    """The association that held such an event nearest to the area in the last year."""
    table = observed.events
    today = observed.today.toordinal()
    recent = wanted & (table.day <= today) & (table.day > today - 365) & (observed.event_association >= 0)
    rows = np.flatnonzero(recent & np.isfinite(metres))
    if not len(rows):
        return None
    row = int(rows[np.lexsort((table.id[rows], metres[rows]))[0]])
    return observed.organizations[int(observed.event_association[row])].id


def _step(observed: Observed, association: int | None, metres: float | None) -> Message:
    title = None if association is None else observed.title(association)
    if metres is not None and metres <= NEARBY:
        return say("move or widen the event nearby, so that it reaches the area")
    if title is not None:
        return say(
            "ask {association} whether the activist network can help with an event there", association=title
        )
    return say("propose a callout to the activist network for the area")
