"""The plan as it was last assessed, for pages: each goal with what was found about it, read from what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zetkin_sync.goals import Assessed, BoundPlan, Goal
from zetkin_sync.goals.kept import from_row
from zetkin_sync.goals.words import ORDER
from zetkin_sync.records import Assessment
from zetkin_sync.store import assessments, pictures
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.view import View

RANK = {state: place for place, state in enumerate(ORDER)}


@dataclass(frozen=True)
class Found:
    """One goal for one unit, and the row that says so."""

    plan: BoundPlan
    goal: Goal
    assessed: Assessed
    row: Assessment


def today(view: View) -> date:
    """The local day."""
    return view.now.astimezone(view.language.zone).date()


def pictured(view: View, name: str) -> tuple[Mapping[str, Any], datetime | None]:
    """A view that the last reconciling made, and when; empty before the first."""
    found = pictures.of(view.store, name, district=view.district)
    return ({}, None) if found is None else (json.loads(found.body), found.computed)


def day_of(text: str | None) -> date | None:
    """A day as JSON has it."""
    return None if text is None else date.fromisoformat(text)


def bound_plans(view: View) -> tuple[BoundPlan, ...]:
    """The plans of the viewer's district."""
    return view.installation.bound(view.district)[1]


def goal_named(view: View, name: str) -> tuple[BoundPlan, Goal]:
    """A goal by its id or number, of the newest plan that has it. Raises Refusal 404."""
    for bound in sorted(bound_plans(view), key=lambda p: p.plan.starts, reverse=True):
        found = bound.plan.goal(name)
        if found is not None:
            return bound, found
    raise not_found()


def standing(view: View, *, unit: int | None = None) -> list[Found]:
    """What held today, for one unit or for all, in the plan's own order."""
    goals = {
        (p.plan.id, g.id): (place, p, g) for p in bound_plans(view) for place, g in enumerate(p.plan.goals)
    }
    rows = assessments.held(view.store, district=view.district, day=today(view), unit=unit)
    found = [
        (goals[key][0], Found(goals[key][1], goals[key][2], from_row(row, goals[key][2]), row))
        for row in rows
        if (key := (row.plan, row.goal)) in goals
    ]
    return [
        f for _, f in sorted(found, key=lambda pair: (pair[1].plan.plan.starts, pair[0], pair[1].row.unit))
    ]


def of_goal(view: View, bound: BoundPlan, goal: Goal) -> Iterable[Found]:
    """One goal for every unit that the viewer sees."""
    seen = set(view.units)
    return [
        f
        for f in standing(view)
        if f.goal.id == goal.id and f.plan.plan.id == bound.plan.id and f.row.unit in seen
    ]
