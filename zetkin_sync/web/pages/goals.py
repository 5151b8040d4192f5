"""Goals: the whole plan, each commitment with where it stands, how it moved, the rule, and the records behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from zetkin_sync import statements
from zetkin_sync.goals import BoundPlan, Goal
from zetkin_sync.goals.assess import points_each
from zetkin_sync.goals.links import Links
from zetkin_sync.goals.plan import TargetFrom
from zetkin_sync.goals.table import set_by, target_of
from zetkin_sync.goals.words import ORDER, OUTLOOKS, STATES, state_of
from zetkin_sync.language import Share, say
from zetkin_sync.records import GoalState
from zetkin_sync.store import attestations, behind
from zetkin_sync.web.drawing import line
from zetkin_sync.web.listing import Column, Filters, Linked, Listing
from zetkin_sync.web.pages.confirm import ANSWERS
from zetkin_sync.web.rendering import page
from zetkin_sync.web.standing import RANK, Found, bound_plans, goal_named, of_goal, standing, today
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

YEAR = timedelta(days=365)


class GoalFilters(Filters):
    """Which goals: for a unit, in a state, of an owner; only those whose target the district has not decided."""

    unit: int | None = Field(None, ge=1, le=2**53)
    state: GoalState | None = None
    owner: str | None = Field(None, max_length=60)
    target_from: TargetFrom | None = None


def _rows(view: View, asked: GoalFilters) -> Iterator[Sequence[Any]]:
    for found in _chosen(view, asked):
        yield _cells(view, found)


def _chosen(view: View, asked: GoalFilters) -> list[Found]:
    return [
        f
        for f in standing(view, unit=view.unit(asked.unit))
        if (asked.state is None or f.assessed.state is asked.state)
        and (not asked.owner or asked.owner in f.goal.owner)
        and (asked.target_from is None or f.goal.target_from is asked.target_from)
    ]


def _cells(view: View, found: Found) -> Sequence[Any]:
    goal = found.goal
    return (
        goal.name,
        Linked(goal.title.text(view.language.code), f"/goals/{goal.id}?unit={found.row.unit}"),
        state_of(found.assessed),
        found.assessed.finding,
        target_of(goal),
        set_by(goal),
        _roles(view, found.plan, goal.owner),
    )


def _roles(view: View, bound: BoundPlan, names: Sequence[str]) -> str:
    roles = bound.plan.roles
    return ", ".join(roles[n].text(view.language.code) if n in roles else n for n in names)


LISTING = Listing(
    name="goals",
    title=say("Goals"),
    columns=(
        Column("number", say("No.")),
        Column("goal", say("Goal")),
        Column("state", say("State")),
        Column("finding", say("Finding")),
        Column("target", say("Target")),
        Column("set_by", say("Set by")),
        Column("owner", say("Owner")),
    ),
    rows=_rows,
    filters=GoalFilters,
)
LISTINGS = (LISTING,)


@router.get("/goals")
def goals(view: Viewed, asked: Annotated[GoalFilters, Query()]) -> Response:
    """Every commitment of the plan for one unit, narrowed by state and owner."""
    about = view.unit(asked.unit)
    everything = standing(view, unit=about)
    counted = Counter(f.assessed.state for f in everything)
    known = sum(f.assessed.known for f in everything)
    owners = {o: _roles(view, p, [o]) for p in bound_plans(view) for g in p.plan.goals for o in g.owner}
    return page(
        view,
        "goals.html.j2",
        about=about,
        asked=asked,
        listing=LISTING,
        rows=[_cells(view, f) for f in _chosen(view, asked)],
        states=[(state, STATES[state], counted[state]) for state in ORDER],
        owners=sorted(owners.items(), key=lambda pair: pair[1]),
        known=known,
        total=len(everything),
        coverage=Share(known / len(everything)) if everything else None,
        computed=max((f.row.computed for f in everything), default=None),
    )


@router.get("/goals/{name}")
def goal(
    view: Viewed,
    name: str,
    unit: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """One commitment: quote, rule, figure, how it moved, the units, the records behind it."""
    about = view.unit(unit)
    bound, chosen = goal_named(view, name)
    everywhere = list(of_goal(view, bound, chosen))
    found = next((f for f in everywhere if f.row.unit == about), None)
    units = [f for f in everywhere if f.row.unit != view.district] if about == view.district else []
    units.sort(key=lambda f: (RANK[f.assessed.state], view.title(f.row.unit)))
    assessed = found.assessed if found else None
    small = assessed is not None and chosen.figure == "share" and (assessed.denominator or 0) <= 100
    return page(
        view,
        "goal.html.j2",
        about=about,
        goal=chosen,
        plan=bound.plan,
        heading=chosen.title.text(view.language.code),
        definition=chosen.definition.text(view.language.code),
        step=chosen.step.text(view.language.code) if chosen.step else None,
        assessed=assessed,
        computed=found.row.computed if found else None,
        state=state_of(assessed) if assessed else None,
        target=target_of(chosen),
        set_by=set_by(chosen),
        suggested=chosen.target_from is TargetFrom.SUGGESTION,
        owners=_roles(view, bound, chosen.owner),
        readers=_roles(view, bound, chosen.readers),
        weight=points_each(assessed) if small and assessed else None,
        before=_figure(chosen, assessed.before) if assessed and assessed.before is not None else None,
        outlook=OUTLOOKS[assessed.outlook] if assessed and assessed.outlook else None,
        trend=_trend(view, bound, chosen, about),
        figure=lambda value: _figure(chosen, value),
        units=[(f, view.title(f.row.unit), state_of(f.assessed)) for f in units],
        records=_records(view, found) if found else [],
        answers=ANSWERS,
        answerable=chosen in statements.answerable(view.configuration),
        said=[
            a
            for a in attestations.history(view.store, district=view.district, goal=chosen.id)
            if a.unit == about
        ],
    )


def _figure(goal: Goal, value: float) -> Any:
    if goal.figure == "share":
        return Share(value)
    return int(value) if value == int(value) else round(value, 1)


def _trend(view: View, bound: BoundPlan, goal: Goal, unit: int) -> Any:
    day = today(view)
    rows = behind.course_of(
        view.store, district=view.district, plan=bound.plan.id, goal=goal.id, unit=unit, since=day - YEAR
    )
    values = [(row.day, row.value) for row in rows if row.value is not None]
    return line(values, until=day, target=goal.target)


def _records(view: View, found: Found) -> list[tuple[str, str, str | None, Any]]:
    """What stands behind the figure: kind, what it is called, where it can be seen, when it is."""
    settings = view.installation.settings
    kinds = [(kind, ids) for kind, ids in found.assessed.evidence if ids]
    numbers = {int(i) for kind, ids in kinds if _is_event(kind) for i in ids}
    events = {e.id: e for e in behind.events_of(view.store, numbers, district=view.district)}
    links = Links(
        district=view.district,
        owners={e.id: e.organization for e in events.values()},
        zetkin=settings.zetkin_app_url,
        page="",
    )
    rows: list[tuple[str, str, str | None, Any]] = []
    for kind, ids in kinds:
        for id_ in ids:
            event = events.get(int(id_)) if _is_event(kind) else None
            if _is_event(kind) and event is None:
                continue
            title = event.title if event else view.title(int(id_)) if kind == "organization" else str(id_)
            rows.append((kind, title or str(id_), links.link(kind, id_), event.starts if event else None))
    return rows


def _is_event(kind: str) -> bool:
    return kind.endswith("event") or kind == "event without place"
