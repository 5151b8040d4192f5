"""The days that plans name, as plain values: what the page and the command line show and what calendars take in.

A calendar's entries say what the plan says and when it asks for what; how it stands is for those who log in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from zetkin_sync.goals import BoundPlan, Goal, Observed
from zetkin_sync.goals.calendar import commitments
from zetkin_sync.language import Language, from_json, say, to_json
from zetkin_sync.reports.ical import Entry


def days(observed: Observed, plans: Iterable[BoundPlan]) -> list[dict[str, Any]]:
    """Each plan's days, the nearest first, those without a date last; as JSON has it."""
    return [
        {
            "plan": plan.plan.id,
            "goal": found.goal.id,
            "day": found.day and found.day.isoformat(),
            "booked": found.booked,
            "needed": found.needed,
            "steps": [
                {"due": s.due.isoformat(), "what": to_json(s.what), "done": s.done} for s in found.steps
            ],
        }
        for plan in plans
        for found in commitments(observed, plan)
    ]


def entries(
    found: Iterable[Mapping[str, Any]],
    plans: Iterable[BoundPlan],
    *,
    district: int,
    language: Language,
    page: str,
) -> Iterator[Entry]:
    """A calendar's entries: the days that have a date. `page` is the address of the page."""
    goals = {(p.plan.id, g.id): g for p in plans for g in p.plan.goals}
    for each in found:
        goal = goals.get((each["plan"], each["goal"]))
        if goal is None or each["day"] is None:
            continue
        day = date.fromisoformat(each["day"])
        yield Entry(
            uid=f"{each['goal']}.{day.year}.{each['plan']}.{district}@zetkin-sync",
            day=day,
            title=goal.title.text(language.code),
            text="\n".join(_text(goal, each["steps"], language)),
            address=f"{page.rstrip('/')}/goals/{goal.id}",
        )


def _text(goal: Goal, steps: Iterable[Mapping[str, Any]], language: Language) -> Iterator[str]:
    yield language.say(say("The plan: “{quote}”", quote=goal.quote))
    for step in steps:
        due = date.fromisoformat(step["due"])
        yield language.say(say("By {day}: {what}.", day=due, what=from_json(step["what"])))
