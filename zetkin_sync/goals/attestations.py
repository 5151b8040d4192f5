"""What people have said about goals: the newest answer holds, the older ones stay as history."""

from __future__ import annotations

from datetime import date

from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import AttestationFact, Facts

VERDICTS = ("done", "not_done", "not_held", "held", "not_started", "started", "decided", "date_set")


def newest(
    facts: Facts,
    *,
    goal: str,
    unit: int,
    day: date,
    since: date | None = None,
    verdicts: tuple[str, ...] = (),
) -> AttestationFact | None:
    """The newest answer about a goal that was about a day up to `day` (and from `since` on), or none.

    An answer about the future is not an answer yet, except that a date may be set ahead (`date_set`).
    """
    found = [
        a
        for a in facts.attestations
        if a.goal == goal
        and a.unit == unit
        and a.at <= facts.now
        and (a.on <= day or a.verdict == "date_set")
        and (since is None or a.on >= since)
        and (not verdicts or a.verdict in verdicts)
    ]
    return max(found, key=lambda a: (a.at, a.id), default=None)


def refused(*, verdict: str, on: date, expires: date | None, today: date) -> Message | None:
    """Why an answer cannot be taken down: an unknown one, one about the future, one that has expired already."""
    if verdict not in VERDICTS:
        return say("{verdict} is not an answer; allowed: {names}", verdict=verdict, names=", ".join(VERDICTS))
    if on > today and verdict not in ("date_set", "not_held"):
        return say("{on} lies ahead: what is to come cannot be attested", on=on)
    if expires is not None and expires < today:
        return say("it would have expired already, on {on}", on=expires)
    return None
