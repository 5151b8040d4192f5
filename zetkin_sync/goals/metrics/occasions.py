"""How many occasions of a kind were held in the period, and whether those still planned are enough."""

from __future__ import annotations

import re
from datetime import date

from pydantic import Field, field_validator

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, evidence, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.windows import year_before
from zetkin_sync.language import Message, say, say_n

_DAY = re.compile(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")


class Parameters(Settings):
    """`by` says how many must be held or planned from a day of the year on ("07-01" = 1); `all_planned_days` how
    many days before the end of the period all of them must be. Without either an even pace is enough: half of them when half of the period has passed."""

    events: EventFilter
    by: dict[str, int] = Field(default_factory=dict)
    all_planned_days: int | None = Field(default=None, ge=0)

    @field_validator("by")
    @classmethod
    def _days(cls, by: dict[str, int]) -> dict[str, int]:
        for day in by:
            if not _DAY.match(day):
                raise ValueError(say('a day of the year, as "07-01"'))
        return by


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The count so far; events that were not listed any more and are not proven gone may count or not."""
    wanted = asked.parameters.events
    absent = observed.not_in_use(wanted)
    if absent is not None:
        return unknown(absent)
    events, window = observed.events, asked.window
    held = observed.held(wanted, window)
    planned = int(observed.planned(wanted, window).sum())
    sure, count = int((held & ~events.doubtful).sum()), int(held.sum())
    associations = int((observed.by_association(held) > 0).sum())
    before = year_before(window)
    known_then = len(events) > 0 and int(events.day.min()) <= before.first.toordinal()
    return Measurement(
        value=sure,
        lower=sure,
        upper=count,
        expected=sure + planned,
        on_pace=_on_pace(asked, sure + planned),
        before=float(observed.held(wanted, before).sum()) if known_then else None,
        finding=_finding(sure, planned, associations),
        evidence=(
            *evidence("event", events.ids(held)),
            *evidence("planned event", events.ids(observed.planned(wanted, window))),
        ),
    )


def _on_pace(asked: Asked[Parameters], count: int) -> bool | None:
    target, window = asked.goal.target, asked.window
    if target is None:
        return None
    if count >= target:
        return True
    if asked.parameters.by:
        least = max(
            (n for day, n in asked.parameters.by.items() if _on(window.day, day) <= window.day), default=0
        )
        return count >= least
    if asked.parameters.all_planned_days is not None:
        return (window.last - window.day).days > asked.parameters.all_planned_days
    return count >= int(target * window.share_passed + 0.5)


def _on(day: date, text: str) -> date:
    month, of_month = text.split("-")
    return date(day.year, int(month), int(of_month))


def _finding(held: int, planned: int, associations: int) -> Message:
    done = say_n("{n} held", "{n} held", n=held)
    if planned:
        done = say("{held}, {planned}", held=done, planned=say_n("{n} planned", "{n} planned", n=planned))
    if associations < 2:
        return done
    by = say_n("by {n} association", "by {n} associations", n=associations)
    return say("{held}, {by}", held=done, by=by)
