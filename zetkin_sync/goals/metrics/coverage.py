"""How much is known at all: goals with evidence, events with attendance recorded, events with place, type and contact."""

from __future__ import annotations

from typing import Literal

import numpy as np

from zetkin_sync.goals.events import EventFilter, Mask
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.language import say, say_n

LAST = True  # it is about the other goals


class Parameters(Settings):
    """`of`: goals (those whose state is known), attendance (ended events where it was recorded within a week), or
    details (published events with place, type and contact)."""

    of: Literal["goals", "attendance", "details"]
    events: EventFilter = EventFilter()


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share; for events also each association's, and those that lack something as evidence."""
    if asked.parameters.of == "goals":
        known = sum(asked.known.values())
        if not asked.known:
            return unknown(say("no other goal has been assessed"))
        return Measurement(value=known / len(asked.known), numerator=known, denominator=len(asked.known))
    events = observed.events
    among = observed.held(asked.parameters.events, asked.window)
    if not among.any():
        return unknown(say("there were no such events in the period"))
    good = among & _complete(observed, asked.parameters.of)
    done, of = int(good.sum()), int(among.sum())
    return Measurement(
        value=done / of,
        numerator=done,
        denominator=of,
        evidence=evidence("incomplete event", events.ids(among & ~good)),
        parts=tuple(_parts(observed, asked, among, good)),
    )


def _complete(observed: Observed, of: str) -> Mask:
    events = observed.events
    if of == "attendance":
        return events.attendance_said
    return np.asarray(events.placed & (events.type.codes > 0) & events.with_contact)


def _parts(observed: Observed, asked: Asked[Parameters], among: Mask, good: Mask) -> list[Part]:
    of, done = observed.by_association(among), observed.by_association(good)
    target = asked.goal.target
    parts = []
    for unit in observed.associations():
        i = observed.index[unit.id]
        if not of[i]:
            continue
        rows = observed.rows_of[unit.id]
        bad = rows[(among & ~good)[rows]]
        share = int(done[i]) / int(of[i])
        parts.append(
            Part(
                unit=unit.id,
                title=unit.title,
                verdict=Verdict.YES if target is not None and share >= target else Verdict.NO,
                value=share,
                of=target,
                finding=say_n("{done} of {n} event", "{done} of {n} events", n=int(of[i]), done=int(done[i])),
                evidence=evidence("incomplete event", sorted(observed.events.id[bad].tolist())),
            )
        )
    return parts
