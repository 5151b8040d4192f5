"""Whether a day that the plan names was observed this year: is there an event, has it an owner, is it staffed, was it held?"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from pydantic import Field

from zetkin_sync.goals.attestations import newest
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, Verdict, evidence, not_applicable, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records.facts import AttestationFact

FIRST_STEP = 90  # days before the day when an event is first asked for


class Parameters(Settings):
    """The day is fixed (`month`, `day`), one-off (`on`), or must be told by somebody (none of them).

    Events within `before` and `after` days of it that fit `events` observe it. `conditional` days count only
    if they are arranged, which somebody must say.
    """

    events: EventFilter
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    on: date | None = None
    before: int = Field(default=3, ge=0)
    after: int = Field(default=3, ge=0)
    conditional: bool = False


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """Held, planned, missed, or not arranged; the day this year."""
    if not len(observed.events):
        return unknown(say("no events have been read from Zetkin"))
    day = day_of(observed, asked)
    said = _said(observed, asked, day)
    if said is not None and said.verdict == "not_held":
        return not_applicable(say("not arranged this year"))
    if said is not None and said.verdict in ("done", "not_done"):
        return Measurement(
            value=float(said.verdict == "done"),
            verdict=Verdict.YES if said.verdict == "done" else Verdict.NO,
            over=said.verdict == "not_done",
            finding=say(
                "{what}, said on {on}",
                what=say("done") if said.verdict == "done" else say("not done"),
                on=said.on,
            ),
            evidence=evidence("attestation", [said.id]),
        )
    if day is None and asked.parameters.conditional:
        return _some_time(observed, asked, arranged=said is not None)
    if day is None:
        return unknown(say("its date is not confirmed: the board must say which day is meant"))
    return _by_events(observed, asked, day, arranged=said is not None and said.verdict == "held")


def day_of(observed: Observed, asked: Asked[Parameters], *, year: int | None = None) -> date | None:
    """The day in a year (this one); the newest date that somebody has set comes before the plan's own."""
    year = year or observed.today.year
    told = newest(
        observed.facts,
        goal=asked.goal.id,
        unit=observed.facts.district,
        day=observed.today,
        verdicts=("date_set",),
    )
    if told is not None and told.on.year == year:
        return told.on
    wanted = asked.parameters
    if wanted.on is not None:
        return wanted.on
    if wanted.month is not None and wanted.day is not None:
        return date(year, wanted.month, wanted.day)
    return None


def _said(observed: Observed, asked: Asked[Parameters], day: date | None) -> AttestationFact | None:
    first = date(observed.today.year, 1, 1) if asked.parameters.on is None else asked.plan.starts
    return newest(
        observed.facts,
        goal=asked.goal.id,
        unit=observed.facts.district,
        day=observed.today,
        since=first,
        verdicts=("done", "not_done", "not_held", "held"),
    )


def _some_time(observed: Observed, asked: Asked[Parameters], *, arranged: bool) -> Measurement:
    """For what is arranged by others, some time in the year: did we take part, do we plan to?"""
    events, window = observed.events, asked.window
    held = observed.held(asked.parameters.events, window)
    planned = observed.planned(asked.parameters.events, window)
    records = evidence("event", events.ids(held | planned))
    if held.any():
        finding = say_n("{n} event", "{n} events", n=int(held.sum()))
        return Measurement(value=1, verdict=Verdict.YES, finding=finding, evidence=records)
    if not arranged and not planned.any():
        return unknown(say("nobody has said whether it is arranged this year"))
    finding = say("planned") if planned.any() else say("it is arranged, and nothing of ours is planned")
    return Measurement(
        value=0, verdict=Verdict.NO, on_pace=bool(planned.any()), finding=finding, evidence=records
    )


def _by_events(observed: Observed, asked: Asked[Parameters], day: date, *, arranged: bool) -> Measurement:
    wanted, events, today = asked.parameters, observed.events, observed.today
    near = (events.day >= (day - timedelta(wanted.before)).toordinal()) & (
        events.day <= (day + timedelta(wanted.after)).toordinal()
    )
    found = events.matching(wanted.events) & events.happens & near
    held = found & (events.day <= today.toordinal())
    passed = day + timedelta(wanted.after) < today
    records = evidence("event", events.ids(found))
    if held.any():
        return Measurement(
            value=1, verdict=Verdict.YES, finding=_held(int(held.sum()), day), evidence=records
        )
    if wanted.conditional and not arranged and not found.any():
        return unknown(say("nobody has said whether it is arranged this year"))
    if passed:
        if len(events) and int(events.day.min()) > day.toordinal():
            return unknown(say("events from that time have not been read"))
        finding = say("no event around {day} says so; if it took place, attest it", day=day)
        return Measurement(value=0, verdict=Verdict.NO, over=True, finding=finding)
    ready = bool(found.any()) or (day - today).days > FIRST_STEP
    return Measurement(
        value=0,
        verdict=Verdict.NO,
        over=False,
        on_pace=ready,
        finding=_planned(observed, found, day),
        evidence=records,
    )


def _held(count: int, day: date) -> Message:
    return say_n("{n} event around {day}", "{n} events around {day}", n=count, day=day)


def _planned(observed: Observed, found: np.ndarray, day: date) -> Message:
    """Event exists? owner? staffed?"""
    left = (day - observed.today).days
    if not found.any():
        return say_n("no event yet, {n} day left", "no event yet, {n} days left", n=left)
    rows = np.flatnonzero(found)
    needed, booked = int(observed.events.required[rows].sum()), int(observed.events.booked[rows].sum())
    owner = say("has a contact") if observed.events.with_contact[rows].any() else say("lacks a contact")
    staff = (
        say("{booked} of {needed} places filled", booked=booked, needed=needed)
        if needed
        else say("no places to fill")
    )
    return say("planned for {day}: {owner}, {staff}", day=day, owner=owner, staff=staff)
