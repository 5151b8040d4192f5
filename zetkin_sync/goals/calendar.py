"""The days that a plan names: what is to be done when, counted back from the day, and what of it is done.

Is there an event, has it somebody to ask, is it staffed, was it held and written down? What others arrange is
asked about in good time. A step that would fall on a day off is due the working day before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zetkin_sync.goals.assess import Assessed, assess_goal
from zetkin_sync.goals.metric import Asked, Bound, BoundPlan
from zetkin_sync.goals.metrics import date_observed
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.plan import Goal
from zetkin_sync.goals.working_days import Calendar
from zetkin_sync.language import Message, say

AFTER = 7  # days after a day until the next year's comes up


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: by when, what, and whether the records say that it is done."""

    due: date
    what: Message
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One day of the plan. `day` is none while nobody has said which day is meant, or whether it is arranged.

    `assessed` is about this calendar year; once this year's day has passed, `day` is the next year's.
    """

    goal: Goal
    assessed: Assessed
    day: date | None
    events: tuple[int, ...]
    contact: bool
    needed: int
    booked: int
    steps: tuple[Step, ...]

    @property
    def judged(self) -> bool:
        """Is the day that lies ahead the one that this year's state is about?"""
        return self.day is None or self.day.year == self.assessed.day.year

    @property
    def next_step(self) -> Step | None:
        """The first thing that is not done."""
        return next((step for step in self.steps if not step.done), None)


def commitments(observed: Observed, plan: BoundPlan) -> list[Commitment]:
    """The plan's days that lie ahead or have just passed, the nearest first; those without a date last."""
    found = [
        _commitment(observed, plan, bound)
        for bound in plan.goals
        if isinstance(bound.parameters, date_observed.Parameters) and bound.parameters.on is None
    ]
    return sorted(found, key=lambda c: (c.day is None, c.day or date.max, c.goal.id))


def _commitment(observed: Observed, plan: BoundPlan, bound: Bound) -> Commitment:
    goal, parameters = bound.goal, bound.parameters
    assert isinstance(parameters, date_observed.Parameters)
    asked = Asked(goal, parameters, goal.window(plan.plan, observed.today), plan.plan)
    day = date_observed.day_of(observed, asked)
    if day is not None and (observed.today - day).days > AFTER + parameters.after:
        day = date_observed.day_of(observed, asked, year=observed.today.year + 1)
    rows = _rows(observed, parameters, day)
    events = observed.events
    assessed = assess_goal(observed, plan, bound)[0]
    staffing = _Staffing(observed, rows)
    calendar = Calendar(plan.plan.holidays)
    steps = tuple(
        _steps(day, staffing, calendar)
        if day is not None
        else [_question(parameters, calendar, assessed, today=observed.today)]
    )
    return Commitment(
        goal=goal,
        assessed=assessed,
        day=day,
        events=tuple(events.id[rows].tolist()),
        contact=staffing.contact,
        needed=staffing.needed,
        booked=staffing.booked,
        steps=steps,
    )


def _rows(observed: Observed, parameters: date_observed.Parameters, day: date | None) -> np.ndarray:
    """The events that observe the day; where no day is known, those of the year that fit."""
    events = observed.events
    year = date(observed.today.year, 1, 1)
    first = day - timedelta(parameters.before) if day else year
    last = day + timedelta(parameters.after) if day else date(year.year, 12, 31)
    near = (events.day >= first.toordinal()) & (events.day <= last.toordinal())
    return np.flatnonzero(events.matching(parameters.events) & events.happens & near)


class _Staffing:
    """What the events of a day have and lack."""

    def __init__(self, observed: Observed, rows: np.ndarray) -> None:
        events = observed.events
        self.exists = bool(len(rows))
        self.contact = bool(events.with_contact[rows].any())
        self.needed, self.booked = int(events.required[rows].sum()), int(events.booked[rows].sum())
        self.reminded = bool(events.reminded[rows].any())
        self.recorded = bool(events.attendance_said[rows].any())

    def filled(self, share: float) -> bool:
        return self.exists and self.booked >= share * self.needed


def _question(
    parameters: date_observed.Parameters, calendar: Calendar, assessed: Assessed, *, today: date
) -> Step:
    """What must be asked before anything can be planned."""
    due = calendar.working_day_before(today)
    if parameters.conditional:
        return Step(due, say("ask whether it is arranged, and when"), done=assessed.known)
    return Step(due, say("have the board confirm which day is meant"), done=False)


def _steps(day: date, staffing: _Staffing, calendar: Calendar) -> Iterator[Step]:
    for before, what, done in (
        (90, say("decide who is responsible, and create the event"), staffing.exists),
        (60, say("publish the event"), staffing.exists),
        (30, say("name a contact"), staffing.contact),
        (14, say("half of the places filled"), staffing.filled(0.5)),
        (7, say("all places filled"), staffing.filled(1.0)),
        (2, say("remind those who are coming"), staffing.reminded),
        (-1, say("record who came"), staffing.recorded),
    ):
        yield Step(calendar.working_day_before(day - timedelta(before)), what, done)
