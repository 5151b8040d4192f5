"""The share of associations, or of areas, where something happens: held by them, attended by them, or in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from zetkin_sync.goals.events import EventFilter, Mask
from zetkin_sync.goals.measurement import (
    Measurement,
    Part,
    Verdict,
    evidence,
    nothing_to_count,
    share_of_parts,
    unknown,
)
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import ASSOCIATIONS, Observed
from zetkin_sync.goals.windows import year_before
from zetkin_sync.language import Message, say, say_n


class Parameters(Settings):
    """`units` are associations, prioritised areas, or areas of some kinds.

    `by = "taking_part"` counts events where somebody of the association took part, instead of its own. With
    `kinds` each of several kinds must have happened, not just any event.
    """

    units: Literal["associations", "priority_areas", "areas"] = "associations"
    associations: tuple[str, ...] = ASSOCIATIONS
    area_kinds: tuple[str, ...] = ()
    events: EventFilter = EventFilter()
    kinds: dict[str, EventFilter] = Field(default_factory=dict)
    least: int = Field(default=1, ge=1)
    by: Literal["holding", "taking_part"] = "holding"


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """A yes or no for each unit; an area without events stays a no, but events without place widen the bounds."""
    wanted = list(asked.parameters.kinds.values()) or [asked.parameters.events]
    absent = [message for one in wanted if (message := observed.not_in_use(one)) is not None]
    if absent:
        return unknown(*absent)
    limits = observed.events.matching(asked.parameters.events)
    held = [observed.held(one, asked.window) & limits for one in wanted]
    if asked.parameters.units == "associations":
        return _associations(observed, asked, held, wanted, limits)
    return _areas(observed, asked, held)


def _associations(
    observed: Observed, asked: Asked[Parameters], held: list[Mask], wanted: list[EventFilter], limits: Mask
) -> Measurement:
    units = observed.associations(asked.parameters.associations)
    if not units:
        return nothing_to_count()
    taking_part = asked.parameters.by == "taking_part"
    rows = _rows_attended(observed) if taking_part else observed.rows_of
    parts = []
    for unit in units:
        mine = rows.get(unit.id, np.empty(0, np.int64))
        counts = [int(mask[mine].sum()) for mask in held]
        if not taking_part and not observed.readable("events", unit.id):
            why = say("its events could not be read from Zetkin")
            parts.append(
                Part(unit=unit.id, title=unit.title, verdict=Verdict.UNKNOWN, finding=why, missing=(why,))
            )
            continue
        found = np.zeros(len(observed.events), np.bool_)
        found[mine] = np.logical_or.reduce(held)[mine]
        parts.append(
            Part(
                unit=unit.id,
                title=unit.title,
                verdict=Verdict.YES if min(counts) >= asked.parameters.least else Verdict.NO,
                value=sum(counts) if len(counts) == 1 else sum(c >= asked.parameters.least for c in counts),
                of=asked.parameters.least if len(counts) == 1 else len(counts),
                finding=_finding(counts),
                evidence=evidence("event", observed.events.ids(found)),
            )
        )
    measured = share_of_parts(parts)
    if taking_part:
        return measured
    return _with_last_year(observed, asked, measured, wanted, limits)


def _with_last_year(
    observed: Observed,
    asked: Asked[Parameters],
    measured: Measurement,
    wanted: list[EventFilter],
    limits: Mask,
) -> Measurement:
    before = year_before(asked.window)
    events = observed.events
    if not len(events) or int(events.day.min()) > before.first.toordinal():
        return measured
    enough = np.ones(len(observed.organizations), np.bool_)
    for one in wanted:
        counts = observed.by_association(observed.held(one, before) & limits)
        enough &= counts >= asked.parameters.least
    ids = {part.unit for part in measured.parts}
    yes = sum(bool(enough[observed.index[unit]]) for unit in ids if isinstance(unit, int))
    return replace(measured, before=yes / len(measured.parts))


def _rows_attended(observed: Observed) -> Mapping[int, np.ndarray]:
    """The events where somebody of each association took part; a no-show or a cancelled booking did not."""
    rows: dict[int, set[int]] = {}
    for booking in observed.facts.participations:
        if booking.noshow is not None or booking.cancelled is not None:
            continue
        row = observed.events.row_of.get(booking.event)
        if row is not None:
            for association in observed.associations_of_person.get(booking.person, ()):
                rows.setdefault(association, set()).add(row)
    return {association: np.array(sorted(some), np.int64) for association, some in rows.items()}


def _areas(observed: Observed, asked: Asked[Parameters], held: list[Mask]) -> Measurement:
    if asked.parameters.units == "priority_areas":
        areas = [observed.areas[id_] for id_ in observed.priority_areas]
        if not areas:
            return unknown(say("nobody has said which areas are prioritised"))
    else:
        kinds = asked.parameters.area_kinds
        areas = [area for area in observed.areas.values() if not kinds or area.kind in kinds]
        if not areas:
            return unknown(say("no such areas are drawn in the configuration"))
    events = observed.events
    mask = np.logical_or.reduce(held)
    parts = []
    for area in areas:
        inside = events.by_area.get(area.id, np.empty(0, np.int64))
        found = np.zeros(len(events), np.bool_)
        found[inside] = mask[inside]
        count = int(found.sum())
        parts.append(
            Part(
                unit=area.id,
                title=area.title,
                verdict=Verdict.YES if count >= asked.parameters.least else Verdict.NO,
                value=count,
                of=asked.parameters.least,
                finding=_finding([count]),
                evidence=evidence("event", events.ids(found)),
            )
        )
    return _with_unplaced(share_of_parts(parts), int((mask & ~events.located).sum()), asked.parameters.least)


def _with_unplaced(measured: Measurement, unplaced: int, least: int) -> Measurement:
    """Events without a known place may lie in the areas that have too few: so many more could be a yes at most."""
    if not unplaced or not measured.denominator or measured.numerator is None:
        return measured
    gaps = sorted(least - int(part.value or 0) for part in measured.parts if part.verdict is Verdict.NO)
    left, more = unplaced, 0
    for gap in gaps:
        if gap > left:
            break
        left, more = left - gap, more + 1
    missing: tuple[Message, ...] = ()
    if more:
        missing = (say_n("{n} event has no known place", "{n} events have no known place", n=unplaced),)
    return replace(measured, upper=(measured.numerator + more) / measured.denominator, missing=missing)


def _finding(counts: list[int]) -> Message:
    if len(counts) == 1:
        return say_n("{n} held", "{n} held", n=counts[0])
    done = sum(count > 0 for count in counts)
    return say("{done} of {of} kinds", done=done, of=len(counts))
