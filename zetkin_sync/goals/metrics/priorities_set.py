"""The share of associations that have said what they prioritise and confirmed it lately."""

from __future__ import annotations

from typing import Literal

from zetkin_sync.goals.measurement import Measurement, Part, Verdict, share_of_parts
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import ASSOCIATIONS, Observed
from zetkin_sync.goals.priorities import confirmed_within
from zetkin_sync.language import Message, say, say_n


class Parameters(Settings):
    """Confirmed within the goal's window counts."""

    kind: Literal["geographic", "theme", "audience"]
    associations: tuple[str, ...] = ASSOCIATIONS


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """A yes for each association with a current priority of the kind. Having none is known: it is ours to keep."""
    parts = []
    for unit in observed.associations(asked.parameters.associations):
        current = observed.priorities_of(unit.id, asked.parameters.kind)
        fresh = confirmed_within(current, day=asked.window.day, since=asked.window.first)
        parts.append(
            Part(
                unit=unit.id,
                title=unit.title,
                verdict=Verdict.YES if fresh else Verdict.NO,
                value=len(current),
                of=1,
                finding=_finding(len(current), fresh=fresh),
            )
        )
    return share_of_parts(parts)


def _finding(count: int, *, fresh: bool) -> Message:
    if not count:
        return say("none given")
    given = say_n("{n} given", "{n} given", n=count)
    return given if fresh else say("{given}, but not confirmed for a year", given=given)
