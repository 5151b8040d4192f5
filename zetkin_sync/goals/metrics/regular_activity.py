"""How many associations are regularly active where they themselves have said it matters most.

Regular is at least `per_month` published, not cancelled, outward events in at least `need` of the last `of`
whole months that count; some months (July) count neither way. An event without a known place, or one that is
not proven gone, may be one of them: it widens the bounds instead of counting as nothing.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from zetkin_sync.goals.events import EventFilter, Mask
from zetkin_sync.goals.forecast import FIRST_MONTH, at_least, chance
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, share_of_parts
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.priorities import GEOGRAPHIC, meets
from zetkin_sync.goals.states import needed
from zetkin_sync.goals.windows import month_index
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records.facts import OrganizationFact


class Parameters(Settings):
    """`areas = "each"` asks for regularity in every prioritised area, "any" in them taken together."""

    kind: Literal["geographic", "branch"]
    events: EventFilter = EventFilter()
    per_month: int = Field(default=1, ge=1)
    need: int = Field(default=9, ge=1)
    of: int = Field(default=11, ge=1)
    skip_months: tuple[int, ...] = (7,)
    places: Literal["any", "each"] = "any"


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The share of active associations of one kind, with a yes, no or unknown for each."""
    return _District(observed, asked.parameters).measure(asked.goal.target)


class _Activity:
    """Months in which an association was active: for certain, and at most."""

    def __init__(self, sure: Mask, possible: Mask, rows: NDArray[np.int64]) -> None:
        self.sure, self.possible, self.rows = sure, possible, rows


class _District:
    def __init__(self, observed: Observed, parameters: Parameters) -> None:
        self.observed = observed
        self.parameters = parameters
        self.months = self._countable_before(month_index(observed.today), parameters.of)
        events = observed.events
        self.wanted = events.matching(parameters.events) & events.happens
        this_year = month_index(observed.today.replace(month=1, day=1))
        self.year = [m for m in range(this_year, this_year + 12) if self._counts(m)]
        self.now = month_index(observed.today)

    def _counts(self, month: int) -> bool:
        return month % 12 + 1 not in self.parameters.skip_months

    def _countable_before(self, month: int, count: int) -> list[int]:
        found: list[int] = []
        while len(found) < count:
            month -= 1
            if self._counts(month):
                found.insert(0, month)
        return found

    def measure(self, target: float | None) -> Measurement:
        units = self.observed.associations((self.parameters.kind,))
        activity = {unit.id: self._activity(unit) for unit in units}
        chances = self._chances(activity)
        parts = [self._part(unit, activity[unit.id], chances.get(unit.id)) for unit in units]
        settled = None
        if chances and target is not None:
            known = [0.0 if p.verdict is Verdict.UNKNOWN else chances.get(int(p.unit), 0.0) for p in parts]
            settled = at_least(known, needed(target, len(parts)))
        return share_of_parts(parts, chance=settled)

    def _activity(self, unit: OrganizationFact) -> _Activity | None:
        """None when the association has not said what it prioritises, or its events cannot be read."""
        places = self.observed.priorities_of(unit.id, GEOGRAPHIC)
        if not places or not self.observed.readable("events", unit.id):
            return None
        events = self.observed.events
        rows = self.observed.rows_of[unit.id]
        rows = rows[self.wanted[rows]]
        inside = np.array([meets(events, p, rows=rows, subjects={}) for p in places], np.bool_)
        lost = ~events.located[rows]
        sure = inside & ~events.doubtful[rows]
        if self.parameters.places == "any":
            sure, inside = np.atleast_2d(sure.any(axis=0)), np.atleast_2d(inside.any(axis=0))
        return _Activity(sure, inside | lost, rows)

    def _active(self, marked: Mask, rows: NDArray[np.int64], months: list[int]) -> Mask:
        """For each of some months: was there enough in it, in every place asked about?"""
        month = self.observed.events.month[rows]
        enough = np.ones(len(months), np.bool_)
        for place in marked:
            counts = np.bincount(month[place] - months[0], minlength=1) if place.any() else np.zeros(1, int)
            enough &= _at(counts, np.array(months) - months[0]) >= self.parameters.per_month
        return enough

    def _part(self, unit: OrganizationFact, activity: _Activity | None, odds: float | None) -> Part:
        need = self.parameters.need
        if activity is None:
            missing = self._why_not(unit)
            return Part(
                unit=unit.id, title=unit.title, verdict=Verdict.UNKNOWN, finding=missing, missing=(missing,)
            )
        low = int(self._counted(activity.sure, activity.rows).sum())
        high = int(self._counted(activity.possible, activity.rows).sum())
        verdict = Verdict.YES if low >= need else Verdict.NO if high < need else Verdict.UNKNOWN
        counted = self._evidence(activity.sure, activity.rows)
        unplaced = tuple(sorted(set(self._evidence(activity.possible, activity.rows)) - set(counted)))
        return Part(
            unit=unit.id,
            title=unit.title,
            verdict=verdict,
            finding=_finding(low, need, self.parameters.of),
            value=low,
            of=need,
            lower=low,
            upper=high,
            missing=(_unplaced(len(unplaced)),) if verdict is Verdict.UNKNOWN else (),
            evidence=(*evidence("event", counted), *evidence("event without place", unplaced)),
            chance=odds,
        )

    def _counted(self, marked: Mask, rows: NDArray[np.int64]) -> Mask:
        within = np.isin(self.observed.events.month[rows], self.months)
        return self._active(marked & within, rows, self.months)

    def _evidence(self, marked: Mask, rows: NDArray[np.int64]) -> tuple[int, ...]:
        events = self.observed.events
        within = np.isin(events.month[rows], self.months) & marked.any(axis=0)
        mask = np.zeros(len(events), np.bool_)
        mask[rows[within]] = True
        return events.ids(mask)

    def _why_not(self, unit: OrganizationFact) -> Message:
        if not self.observed.readable("events", unit.id):
            return say("its events could not be read from Zetkin")
        return say("it has not said which areas it prioritises")

    def _chances(self, activity: dict[int, _Activity | None]) -> dict[int, float]:
        """The chance that each association ends this calendar year as regular; nothing before the fourth month."""
        passed = [m for m in self.year if m < self.now]
        if len(passed) < FIRST_MONTH:
            return {}
        need = -(-self.parameters.need * len(self.year) // self.parameters.of)
        known = {unit: some for unit, some in activity.items() if some is not None}
        active = {}
        for unit, some in known.items():
            within = np.isin(self.observed.events.month[some.rows], self.year)
            months = self._active(some.sure & within, some.rows, self.year)
            active[unit] = (
                int(months[: len(passed)].sum()),
                bool(months[len(passed) : len(passed) + 1].any()),
            )
        mean = sum(done for done, _ in active.values()) / max(1, len(active) * len(passed))
        current = self.now in self.year
        return {
            unit: chance(
                active=done + (now if current else 0),
                passed=len(passed) + (now if current else 0),
                left=len(self.year) - len(passed) - (now if current else 0),
                need=need,
                mean=mean,
            )
            for unit, (done, now) in active.items()
        }


def _at(counts: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """The counts at some places; nothing stands beyond the end."""
    return np.where(places < len(counts), counts[np.minimum(places, len(counts) - 1)], 0)


def _finding(active: int, need: int, of: int) -> Message:
    if active >= need:
        return say("active in {active} of {of} months", active=active, of=of)
    more = need - active
    return say_n(
        "active in {active} of {of} months, {n} more needed",
        "active in {active} of {of} months, {n} more needed",
        n=more,
        active=active,
        of=of,
    )


def _unplaced(count: int) -> Message:
    return say_n(
        "{n} event has no known place, and decides it",
        "{n} events have no known place, and decide it",
        n=count,
    )
