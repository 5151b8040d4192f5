"""An assessment as it is stored, and back: what was shown on a day can be shown again, word by word."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Protocol

from zetkin_sync.goals.assess import Assessed
from zetkin_sync.goals.forecast import Outlook
from zetkin_sync.goals.measurement import Evidence
from zetkin_sync.goals.plan import Goal, TargetFrom
from zetkin_sync.language import from_json, to_json
from zetkin_sync.records.assessments import GoalState

_PLAIN = (
    "plan",
    "goal",
    "unit",
    "value",
    "numerator",
    "denominator",
    "lower",
    "upper",
    "before",
    "target",
    "more_needed",
    "shown",
)


class Row(Protocol):
    """A stored assessment; `records.Assessment` is one."""

    unit: int
    day: Any
    state: str
    outlook: str | None
    finding: str
    missing: str
    evidence: str


def as_row(found: Assessed, computed: datetime) -> dict[str, Any]:
    """The columns of `records.Assessment` without district and day. Parts are not kept: each unit has its row."""
    return {
        **{name: getattr(found, name) for name in _PLAIN},
        "computed": computed,
        "state": str(found.state),
        "outlook": None if found.outlook is None else str(found.outlook),
        "finding": to_json(found.finding),
        "missing": json.dumps([to_json(message) for message in found.missing]),
        "evidence": json.dumps([[kind, list(ids)] for kind, ids in found.evidence]),
    }


def from_row(row: Row, goal: Goal | None) -> Assessed:
    """What was shown; `goal` gives what only the plan knows (its number, who set the target), when it still has it."""
    return Assessed(
        **{name: getattr(row, name) for name in _PLAIN},
        number=goal.name if goal else "",
        day=row.day,
        state=GoalState(row.state),
        outlook=None if row.outlook is None else Outlook(row.outlook),
        finding=from_json(row.finding),
        missing=tuple(from_json(text) for text in json.loads(row.missing)),
        evidence=tuple(Evidence(kind, tuple(ids)) for kind, ids in json.loads(row.evidence)),
        target_from=goal.target_from if goal else TargetFrom.NONE,
    )
