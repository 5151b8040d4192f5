"""The share of events that are as they should be: announced in time, filled, with information, somewhere else."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from zetkin_sync.goals.events import EventFilter, Mask
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.windows import Window, year_before
from zetkin_sync.language import Message, say, say_n

Quality = Literal["match", "announced", "staffed", "informed", "signed_up", "together"]


class Parameters(Settings):
    """Of `events` (held by the district alone, with `held_by = "district"`), those that are `quality`:

    match = they also fit `good_events`; announced = published at least `days` ahead; staffed = as many booked
    as required, among those that require any; informed = says what and where; signed_up = somebody has signed
    up or is booked; together = several organizations at the same place and time, or `good_events` says so.
    `ahead` counts coming events in the window too.
    """

    events: EventFilter = EventFilter()
    held_by: Literal["anyone", "district"] = "anyone"
    quality: Quality
    good_events: EventFilter | None = None
    days: int = Field(default=0, ge=0)
    with_place: bool = False


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share, for the district and for each association that held any."""
    absent = observed.not_in_use(asked.parameters.events)
    if absent is not None:
        return unknown(absent)
    among = _among(observed, asked.parameters, asked.window)
    if not among.any():
        return unknown(say("there were no such events in the period"))
    good = among & _quality(observed, asked.parameters)
    of, done = int(among.sum()), int(good.sum())
    return Measurement(
        value=done / of,
        numerator=done,
        denominator=of,
        before=_before(observed, asked),
        evidence=(
            *evidence("event", observed.events.ids(good)),
            *evidence("other event", observed.events.ids(among & ~good)),
        ),
        parts=_parts(observed, asked, among, good),
    )


def _among(observed: Observed, parameters: Parameters, window: Window) -> Mask:
    events = observed.events
    among = observed.held(parameters.events, window)
    if parameters.held_by == "district":
        among = among & (observed.event_association < 0)
    if parameters.quality == "staffed":
        among = among & (events.required > 0)
    if parameters.with_place:
        among = among & (events.place.codes > 0)
    return among


def _quality(observed: Observed, parameters: Parameters) -> Mask:
    events = observed.events
    match parameters.quality:
        case "announced":
            return np.asarray(events.day - events.published_day >= parameters.days)
        case "staffed":
            return np.asarray(events.booked >= events.required)
        case "informed":
            return events.informed
        case "signed_up":
            return events.anyone
        case "together":
            named = (
                events.matching(parameters.good_events) if parameters.good_events else events.happens & False
            )
            return np.asarray(named | events.together)
        case _:
            return events.matching(parameters.good_events or EventFilter())


def _before(observed: Observed, asked: Asked[Parameters]) -> float | None:
    among = _among(observed, asked.parameters, year_before(asked.window))
    if not among.any():
        return None
    return int((among & _quality(observed, asked.parameters)).sum()) / int(among.sum())


def _parts(observed: Observed, asked: Asked[Parameters], among: Mask, good: Mask) -> tuple[Part, ...]:
    if asked.parameters.held_by == "district":
        return ()
    of, done = observed.by_association(among), observed.by_association(good)
    target = asked.goal.target
    parts = []
    for unit in observed.associations():
        i = observed.index[unit.id]
        if of[i]:
            share = int(done[i]) / int(of[i])
            rows = observed.rows_of[unit.id]
            bad = np.zeros(len(observed.events), np.bool_)
            bad[rows] = (among & ~good)[rows]
            parts.append(
                Part(
                    unit=unit.id,
                    title=unit.title,
                    verdict=Verdict.YES if target is not None and share >= target else Verdict.NO,
                    value=share,
                    of=target,
                    finding=_finding(int(done[i]), int(of[i])),
                    evidence=evidence("other event", observed.events.ids(bad)),
                )
            )
    return tuple(parts)


def _finding(done: int, of: int) -> Message:
    return say_n("{done} of {n} event", "{done} of {n} events", n=of, done=done)
