"""A plan held against the facts: for each goal, for the district and for each association, where it stands and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from zetkin_sync.goals.forecast import Outlook, outlook
from zetkin_sync.goals.measurement import Evidence, Measurement, Part, Verdict, evidence
from zetkin_sync.goals.metric import Asked, Bound, BoundPlan
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.plan import Direction, EvidenceClass, Goal, TargetFrom
from zetkin_sync.goals.states import decide, needed, verdict_state
from zetkin_sync.goals.windows import Window
from zetkin_sync.language import Message, Share, say, say_n
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.records.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One goal for one unit on one day. The district's own unit is its root organization.

    `value` is the figure (a share 0–1, a count, days …); `numerator` of `denominator` where it is a share of
    things; `lower` and `upper` bound it where something is unknown. `finding` says it in a sentence, `missing`
    what is needed to know more, `parts` how each unit stands (associations and areas), `evidence` the records.
    `before` is the same stretch last year; `outlook` the forecast. `shown` says that nothing is held against
    the figure: it is shown and not judged.
    """

    plan: str
    goal: str
    number: str
    unit: int
    day: date
    state: GoalState
    finding: Message
    value: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    lower: float | None = None
    upper: float | None = None
    target: float | None = None
    target_from: TargetFrom = TargetFrom.NONE
    more_needed: int | None = None
    before: float | None = None
    outlook: Outlook | None = None
    missing: tuple[Message, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Part, ...] = ()
    shown: bool = False

    @property
    def known(self) -> bool:
        return self.state is not GoalState.UNKNOWN


def assess(
    facts: Facts, bound: BoundPlan, *, only: Collection[str] | None = None, observed: Observed | None = None
) -> list[Assessed]:
    """Every goal of a plan, the district first and then each association, in the plan's order.

    `only` limits it to some goals (ids). `observed` may be given when several plans look at the same facts.
    """
    seen = observed or Observed(facts)
    wanted = [goal for goal in bound.goals if only is None or goal.goal.id in only]
    whole = any(_last(goal) for goal in wanted)  # a metric about the whole plan needs the whole plan
    found: dict[str, list[Assessed]] = {}
    known: dict[str, bool] = {}
    for goal in sorted(bound.goals if whole else wanted, key=_last):
        assessed = assess_goal(seen, bound, goal, known=known)
        known[goal.goal.id] = assessed[0].known
        found[goal.goal.id] = assessed
    return [assessed for goal in wanted for assessed in found[goal.goal.id]]


def _last(bound: Bound) -> bool:
    return bool(getattr(bound.metric, "LAST", False))


def assess_goal(
    observed: Observed, plan: BoundPlan, bound: Bound, *, known: Mapping[str, bool] | None = None
) -> list[Assessed]:
    """One goal: the district, and each association that its metric tells apart."""
    goal = bound.goal
    window = goal.window(plan.plan, observed.today)
    asked = Asked(goal, bound.parameters, window, plan.plan, known or {})
    measured = bound.metric.measure(observed, asked)
    if measured.before is None and goal.id in observed.facts.earlier:
        measured = replace(measured, before=observed.facts.earlier[goal.id])
    units = [part for part in measured.parts if isinstance(part.unit, int)]
    return [
        _district(observed, plan.plan.id, goal, window, measured),
        *(_unit(observed, plan.plan.id, goal, window, part) for part in units),
    ]


def _district(observed: Observed, plan: str, goal: Goal, window: Window, measured: Measurement) -> Assessed:
    state = decide(goal, measured, window)
    more = _more(goal, measured)
    missing = measured.missing
    if state is GoalState.UNKNOWN and not missing and measured.before is None:
        missing = (say("there is no figure from a year ago to hold it against"),)
    return Assessed(
        plan=plan,
        goal=goal.id,
        number=goal.name,
        unit=observed.facts.district,
        day=observed.today,
        state=state,
        finding=measured.finding or _sentence(goal, measured, more, missing),
        value=measured.value,
        numerator=measured.numerator,
        denominator=measured.denominator,
        lower=measured.lower,
        upper=measured.upper,
        target=goal.target,
        target_from=goal.target_from,
        more_needed=more,
        before=measured.before,
        outlook=_outlook(state, measured.chance),
        missing=missing,
        evidence=measured.evidence or _units_evidence(measured),
        parts=measured.parts,
        shown=not goal.judged and measured.applies,
    )


def _unit(observed: Observed, plan: str, goal: Goal, window: Window, part: Part) -> Assessed:
    state = verdict_state(part.verdict, part.chance, window)
    shown = not goal.judged
    assert isinstance(part.unit, int)
    return Assessed(
        plan=plan,
        goal=goal.id,
        number=goal.name,
        unit=part.unit,
        day=observed.today,
        state=GoalState.NOT_APPLICABLE if shown and state is not GoalState.UNKNOWN else state,
        finding=part.finding,
        value=part.value,
        lower=part.lower,
        upper=part.upper,
        target=part.of,
        target_from=goal.target_from,
        outlook=_outlook(state, part.chance),
        missing=part.missing,
        evidence=part.evidence,
        shown=shown,
    )


def _outlook(state: GoalState, chance: float | None) -> Outlook | None:
    if chance is None or state is GoalState.NOT_APPLICABLE:
        return None
    return outlook(chance)


def _more(goal: Goal, measured: Measurement) -> int | None:
    """How many more units the target asks for."""
    if goal.target is None or goal.direction is not Direction.AT_LEAST:
        return None
    if goal.figure == "share" and measured.numerator is not None and measured.denominator:
        return max(0, needed(goal.target, measured.denominator) - measured.numerator)
    if goal.figure == "count" and measured.value is not None:
        return max(0, -int(-(goal.target - measured.value) // 1))
    return None


def _sentence(goal: Goal, measured: Measurement, more: int | None, missing: tuple[Message, ...]) -> Message:
    """The figure in a sentence: exact counts, the bounds where something is unknown, and the distance."""
    if measured.value is None:
        return missing[0] if missing else say("it cannot be known yet")
    if measured.numerator is None or not measured.denominator:
        value = Share(measured.value) if goal.figure == "share" else measured.value
        if more:
            return say("{value}, {more} more needed", value=value, more=more)
        return say("{value}", value=value)
    of = measured.denominator
    low, high = _bound(measured.lower, of), _bound(measured.upper, of)
    if low is not None and high is not None and low != high:
        if more:
            return say("{low}–{high} of {of}, {more} more needed", low=low, high=high, of=of, more=more)
        return say("{low}–{high} of {of}", low=low, high=high, of=of)
    if more:
        return say_n(
            "{done} of {of}, {n} more needed",
            "{done} of {of}, {n} more needed",
            n=more,
            done=measured.numerator,
            of=of,
        )
    return say("{done} of {of}", done=measured.numerator, of=of)


def _bound(value: float | None, of: int) -> int | None:
    return None if value is None else round(value * of)


def _units_evidence(measured: Measurement) -> tuple[Evidence, ...]:
    """Where the parts carry the records, the district's evidence is the units that are a yes."""
    yes = [part.unit for part in measured.parts if part.verdict is Verdict.YES]
    organizations = [unit for unit in yes if isinstance(unit, int)]
    areas = [unit for unit in yes if isinstance(unit, str)]
    return (*evidence("organization", organizations), *evidence("area", areas))


def points_each(measured: Assessed) -> float | None:
    """What one unit weighs in a share, in percentage points; the reader of "5 of 12" should know it is 8."""
    return None if not measured.denominator else round(100 / measured.denominator, 1)


def main_class(goal: Goal) -> EvidenceClass:
    """How the service chiefly knows about a goal."""
    return goal.evidence[0]
