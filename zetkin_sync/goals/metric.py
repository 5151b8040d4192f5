"""What a metric is: a module with `Parameters` and `measure`, and how a plan's goals are tied to theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from zetkin_sync.errors import Problem
from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.plan import Goal, Plan
from zetkin_sync.goals.windows import Window
from zetkin_sync.language import say
from zetkin_sync.problems import one_of, problems_of

P = TypeVar("P", bound=BaseModel)


class Settings(BaseModel):
    """What a metric's parameters inherit: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Asked(Generic[P]):
    """What a goal asks of its metric: its parameters, its window, and the plan it stands in.

    `known` says of the goals assessed before this one whether their state could be known; a metric that needs
    it sets `LAST = True` and is asked after all others.
    """

    goal: Goal
    parameters: P
    window: Window
    plan: Plan
    known: Mapping[str, bool] = field(default_factory=dict)


class Metric(Protocol):
    """A module in `goals/metrics/`: pure, and nothing else knows how its figure is made."""

    Parameters: type[BaseModel]

    def measure(self, observed: Observed, asked: Asked[Any], /) -> Measurement: ...


@dataclass(frozen=True, slots=True)
class Bound:
    """A goal whose metric exists and whose parameters are valid."""

    goal: Goal
    metric: Metric
    parameters: BaseModel


@dataclass(frozen=True, slots=True)
class BoundPlan:
    """A plan that can be assessed."""

    plan: Plan
    goals: tuple[Bound, ...]


def bind(
    plan: Plan, metrics: Mapping[str, Metric], *, file: str, areas: Collection[str] | None = None
) -> tuple[BoundPlan, list[Problem]]:
    """Tie each goal to its metric; every unknown metric, parameter, filter or area is a problem.

    `areas` are the ids that exist; none means that they are not checked.
    """
    problems: list[Problem] = []
    bound = []
    for goal in plan.goals:
        key = f"goal {goal.name}"
        metric = metrics.get(goal.metric)
        if metric is None:
            wrong = say("there is no metric {name}", name=goal.metric)
            problems.append(Problem(file, f"{key}: metric", wrong, one_of(sorted(metrics), near=goal.metric)))
            continue
        raw = _with_filters(goal, plan, file, problems)
        try:
            parameters = metric.Parameters.model_validate(raw)
        except ValidationError as error:
            problems += problems_of(error, file=file, key=f"{key}: parameters", model=metric.Parameters)
            continue
        if areas is not None:
            problems += _unknown_areas(parameters, areas, file, key)
        bound.append(Bound(goal, metric, parameters))
    return BoundPlan(plan, tuple(bound)), problems


def _with_filters(goal: Goal, plan: Plan, file: str, problems: list[Problem]) -> dict[str, Any]:
    """The parameters with the names of event filters replaced by what the plan says they mean.

    `events` (and `…_events`) name one filter; `kinds` names several, or a whole table of the plan.
    """
    known = plan.filters()

    def look(name: str, key: str) -> EventFilter:
        if name not in known:
            wrong = say("there is no event filter {name}", name=name)
            place = f"goal {goal.name}: parameters: {key}"
            problems.append(Problem(file, place, wrong, one_of(sorted(known), near=name)))
        return known.get(name, EventFilter())

    raw = dict(goal.parameters)
    for key, value in goal.parameters.items():
        if (key == "events" or key.endswith("_events")) and isinstance(value, str):
            raw[key] = look(value, key)
        elif key == "kinds" and isinstance(value, str):
            raw[key] = {name: wanted for name, wanted in known.items() if name.startswith(f"{value}.")}
        elif key == "kinds" and isinstance(value, list):
            raw[key] = {name: look(str(name), key) for name in value}
    return raw


def _unknown_areas(parameters: BaseModel, areas: Collection[str], file: str, key: str) -> list[Problem]:
    named = getattr(parameters, "areas", None)
    if not isinstance(named, tuple):
        return []
    return [
        Problem(
            file,
            f"{key}: parameters: areas",
            say("there is no area {name}", name=name),
            one_of(sorted(areas), near=name),
        )
        for name in named
        if name not in areas
    ]
