"""How far associations have come with Zetkin: nobody, an official, a first event, attendance recorded."""

from __future__ import annotations

from pydantic import Field

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import Measurement, Part, Verdict, evidence, share_of_parts
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import ASSOCIATIONS, Observed
from zetkin_sync.language import say

STEPS = (
    say("no official"),
    say("an official, no event in the period"),
    say("an official and an event"),
    say("attendance is recorded"),
)


class Parameters(Settings):
    """An association is on board from step `enough` on: 1 an official, 2 also an event, 3 also attendance."""

    associations: tuple[str, ...] = ASSOCIATIONS
    events: EventFilter = EventFilter()
    enough: int = Field(default=2, ge=1, le=3)


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """Each association's step, within the goal's window."""
    held = observed.held(asked.parameters.events, asked.window)
    recorded = held & observed.events.attendance_said
    officials = {o.organization for o in observed.facts.officials}
    parts = []
    for unit in observed.associations(asked.parameters.associations):
        unread = not (observed.readable("officials", unit.id) and observed.readable("events", unit.id))
        rows = observed.rows_of[unit.id]
        step = 0
        if unit.id in officials:
            step = 3 if recorded[rows].any() else 2 if held[rows].any() else 1
        why = say("its officials or events could not be read from Zetkin")
        verdict = (
            Verdict.YES if step >= asked.parameters.enough else Verdict.UNKNOWN if unread else Verdict.NO
        )
        parts.append(
            Part(
                unit=unit.id,
                title=unit.title,
                verdict=verdict,
                value=step,
                of=asked.parameters.enough,
                finding=why if verdict is Verdict.UNKNOWN else STEPS[step],
                missing=(why,) if verdict is Verdict.UNKNOWN else (),
                evidence=evidence("event", observed.events.id[rows[held[rows]]].tolist()),
            )
        )
    return share_of_parts(parts)
