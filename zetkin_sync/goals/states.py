"""Where a goal stands, from its figure, its target and how much of its time is left."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from zetkin_sync.goals.forecast import LIKELY
from zetkin_sync.goals.measurement import Measurement, Verdict
from zetkin_sync.goals.plan import Direction, Goal
from zetkin_sync.goals.windows import Window
from zetkin_sync.records.assessments import GoalState

# What cannot rise or fall any further has done what was asked of it.
_LIMITS = {("share", Direction.RISING): 1.0, ("share", Direction.FALLING): 0.0}


def needed(target: float, of: int) -> int:
    """How many of `of` a share asks for: half of seven is four."""
    return ceil(Fraction(str(target)) * of)


def decide(goal: Goal, measured: Measurement, window: Window) -> GoalState:
    """The state. What the bounds leave open is unknown; a figure that nothing is held against is not judged."""
    if not measured.applies:
        return GoalState.NOT_APPLICABLE
    if measured.verdict is Verdict.UNKNOWN or (measured.value is None and measured.verdict is None):
        return GoalState.UNKNOWN
    if measured.verdict is Verdict.YES:
        return GoalState.MET
    if measured.verdict is Verdict.NO:
        return _not_yet(goal, measured, window)
    if not goal.judged:
        return GoalState.NOT_APPLICABLE
    reached = _reached(goal, measured)
    if reached is Verdict.YES:
        return GoalState.MET
    if reached is Verdict.UNKNOWN:
        promising = _promising(goal, measured) and not _over(measured, window)
        return GoalState.ON_TRACK if promising else GoalState.UNKNOWN
    return _not_yet(goal, measured, window)


def _not_yet(goal: Goal, measured: Measurement, window: Window) -> GoalState:
    if _over(measured, window):
        return GoalState.MISSED
    return GoalState.ON_TRACK if _promising(goal, measured) else GoalState.BEHIND


def _over(measured: Measurement, window: Window) -> bool:
    return window.over if measured.over is None else measured.over


def _promising(goal: Goal, measured: Measurement) -> bool:
    """Is what is planned enough, or the forecast good?"""
    if measured.on_pace is not None:
        return measured.on_pace
    if measured.chance is not None:
        return measured.chance > LIKELY
    if measured.expected is None or goal.target is None:
        return False
    return meets(goal, measured.expected, measured.denominator)


def _reached(goal: Goal, measured: Measurement) -> Verdict:
    value = measured.value
    if value is None:
        return Verdict.UNKNOWN
    if goal.direction in (Direction.RISING, Direction.FALLING):
        if value == _LIMITS.get((goal.figure, goal.direction)):
            return Verdict.YES
        if measured.before is None:
            return Verdict.UNKNOWN
        rose = value > measured.before
        return (
            Verdict.YES
            if rose == (goal.direction is Direction.RISING) and value != measured.before
            else Verdict.NO
        )
    low = value if measured.lower is None else measured.lower
    high = value if measured.upper is None else measured.upper
    answers = {meets(goal, low, measured.denominator), meets(goal, high, measured.denominator)}
    if len(answers) == 2:
        return Verdict.UNKNOWN
    return Verdict.YES if answers.pop() else Verdict.NO


def meets(goal: Goal, value: float, of: int | None) -> bool:
    """Is the figure on the right side of the target? Shares are compared exactly, as whole numbers of units."""
    if goal.target is None:
        return False
    target = Fraction(str(goal.target))
    exact = Fraction(round(value * of), of) if goal.figure == "share" and of else Fraction(str(value))
    match goal.direction:
        case Direction.AT_MOST:
            return exact <= target
        case Direction.LESS_THAN:
            return exact < target
        case Direction.MORE_THAN:
            return exact > target
        case _:
            return exact >= target


def verdict_state(verdict: Verdict, chance: float | None, window: Window) -> GoalState:
    """The state of one unit within a goal about units."""
    if verdict is Verdict.YES:
        return GoalState.MET
    if verdict is Verdict.UNKNOWN:
        return GoalState.UNKNOWN
    if window.over:
        return GoalState.MISSED
    return GoalState.ON_TRACK if chance is not None and chance > LIKELY else GoalState.BEHIND
