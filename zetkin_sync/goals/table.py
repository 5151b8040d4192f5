"""The plan as a table for people: each commitment with its target, who set it, and how the service can know."""

from __future__ import annotations

from collections.abc import Iterable

from zetkin_sync.goals.plan import Direction, Goal, Plan, TargetFrom
from zetkin_sync.language import Language, Message, Share, say

_SIGNS = {
    Direction.AT_LEAST: say("at least {value}"),
    Direction.AT_MOST: say("at most {value}"),
    Direction.MORE_THAN: say("more than {value}"),
    Direction.LESS_THAN: say("less than {value}"),
}
_HEADINGS = ("No.", "Id", "Commitment", "Target", "Set by", "Period", "Class", "Metric", "Readers")


def target_of(goal: Goal) -> Message:
    """What the figure is held against, in words; a dash when nothing is."""
    if goal.direction is Direction.RISING:
        return say("rising")
    if goal.direction is Direction.FALLING:
        return say("falling")
    if goal.target is None:
        return say("–")
    if goal.figure == "done":
        return say("done")
    value = Share(goal.target) if goal.figure == "share" else _whole(goal.target)
    sign = _SIGNS[goal.direction]
    if goal.figure in ("days", "hours"):
        unit = (
            say("{value} days", value=value) if goal.figure == "days" else say("{value} hours", value=value)
        )
        return Message(sign.text, {"value": unit})
    return Message(sign.text, {"value": value})


def set_by(goal: Goal) -> Message:
    """Who set the target: the plan itself, or a suggestion that the district has not decided."""
    return {
        TargetFrom.PLAN: say("the plan"),
        TargetFrom.SUGGESTION: say("our suggestion"),
        TargetFrom.NONE: say("–"),
    }[goal.target_from]


def markdown(plan: Plan, language: str = "en") -> str:
    """The table in Markdown, one row a figure."""
    speak = Language(language)
    rows = [_row(goal, plan, speak) for goal in plan.goals]
    return "\n".join(
        ["| " + " | ".join(cells) + " |" for cells in (_HEADINGS, ["---"] * len(_HEADINGS), *rows)]
    )


def _row(goal: Goal, plan: Plan, speak: Language) -> Iterable[str]:
    readers = ", ".join(plan.roles[r].text(speak.code) if r in plan.roles else r for r in goal.readers)
    return (
        goal.name,
        f"`{goal.id}`",
        f"{goal.title.text(speak.code)}: “{goal.quote}”".replace("|", "\\|"),
        speak.say(target_of(goal)),
        speak.say(set_by(goal)),
        (goal.period or "–").replace("_", " "),
        " + ".join(goal.evidence),
        f"`{goal.metric}`",
        readers,
    )


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value
