"""Who takes part, as counts: different people, newcomers among them, and newcomers who come again."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import numpy as np
from pydantic import Field

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.people import Parts, parts_taken, took_part
from zetkin_sync.goals.windows import Window, year_before
from zetkin_sync.language import say, say_n


class Parameters(Settings):
    """`count`: unique people; newcomers, of all who took part; or returning, of newcomers `again_days` ago or more.

    A newcomer is known as one only when events have been read for `history_days` before the window.
    """

    count: Literal["unique", "newcomers", "returning"]
    events: EventFilter = EventFilter()
    again_days: int = Field(default=60, ge=1)
    history_days: int = Field(default=180, ge=0)


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The figure for the window, and for the same stretch last year where events reach back so far."""
    if not observed.facts.participations:
        return unknown(say("no participants have been read from Zetkin"))
    absent = observed.not_in_use(asked.parameters.events)
    if absent is not None:
        return unknown(absent)
    if asked.parameters.count == "unique":
        return _unique(observed, asked)
    oldest = int(observed.events.day.min(initial=np.iinfo(np.int32).max))
    if oldest > (asked.window.first - timedelta(asked.parameters.history_days)).toordinal():
        return unknown(say("events have not been read far enough back to tell who is new"))
    parts = parts_taken(observed, asked.parameters.events)
    newcomers = _newcomers(parts, asked.window)
    if asked.parameters.count == "newcomers":
        everyone = {p for p, days in parts.items() if any(_in(asked.window, d) for d in days)}
        return _share(len(newcomers), len(everyone))
    again = asked.parameters.again_days
    ripe = [p for p in newcomers if parts[p][0] + again <= asked.window.day.toordinal()]
    back = [p for p in ripe if len(parts[p]) > 1 and parts[p][1] - parts[p][0] <= again]
    return _share(len(back), len(ripe))


def _unique(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    def people(window: Window) -> int:
        return len(took_part(observed, observed.held(asked.parameters.events, window)))

    before = year_before(asked.window)
    events = observed.events
    known_then = len(events) > 0 and int(events.day.min()) <= before.first.toordinal()
    now = people(asked.window)
    return Measurement(
        value=now,
        before=float(people(before)) if known_then else None,
        finding=say_n("{n} person", "{n} persons", n=now),
    )


def _newcomers(parts: Parts, window: Window) -> list[int]:
    return [person for person, days in parts.items() if _in(window, days[0])]


def _in(window: Window, day: int) -> bool:
    return window.first.toordinal() <= day <= window.day.toordinal()


def _share(done: int, of: int) -> Measurement:
    if not of:
        return unknown(say("there are no such people"))
    return Measurement(value=done / of, numerator=done, denominator=of)
