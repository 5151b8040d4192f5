"""Of the associations that are not regularly active where they prioritised, the share that has had support lately."""

from __future__ import annotations

from typing import Literal

from zetkin_sync.goals.events import EventFilter
from zetkin_sync.goals.measurement import (
    Measurement,
    Part,
    Verdict,
    evidence,
    not_applicable,
    share_of_parts,
    unknown,
)
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.metrics import regular_activity
from zetkin_sync.goals.observed import ASSOCIATIONS, Observed
from zetkin_sync.language import Message, say

Kind = Literal["geographic", "branch"]


class Parameters(Settings):
    """`events`, `need` and `of` are those of the goal about regular activity; support is a row of `rows_of`."""

    events: EventFilter = EventFilter()
    need: int = 9
    of: int = 11
    rows_of: str = "support"


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """A yes for each association below the line with a row in the window."""
    register = observed.register(asked.parameters.rows_of)
    if register is None:
        return unknown(say("the register {name} has not been uploaded", name=asked.parameters.rows_of))
    below = [
        part for kind in ASSOCIATIONS for part in _parts(observed, asked, kind) if part.verdict is Verdict.NO
    ]
    if not below:
        return not_applicable(say("no association is known to be below the line"))
    first, last = asked.window.first, asked.window.day
    rows: dict[int, list[str]] = {}
    for row in register.rows:
        if row.unit is not None and row.day is not None and first <= row.day <= last:
            rows.setdefault(row.unit, []).append(row.key)
    return share_of_parts(
        Part(
            unit=part.unit,
            title=part.title,
            verdict=Verdict.YES if part.unit in rows else Verdict.NO,
            finding=_finding(given=part.unit in rows),
            evidence=evidence(asked.parameters.rows_of, rows.get(int(part.unit), [])),
        )
        for part in below
    )


def _parts(observed: Observed, asked: Asked[Parameters], kind: str) -> tuple[Part, ...]:
    wanted = asked.parameters
    parameters = regular_activity.Parameters.model_validate(
        {"kind": kind, "events": wanted.events, "need": wanted.need, "of": wanted.of}
    )
    return regular_activity.measure(observed, Asked(asked.goal, parameters, asked.window, asked.plan)).parts


def _finding(*, given: bool) -> Message:
    return say("support is noted") if given else say("no support is noted")
