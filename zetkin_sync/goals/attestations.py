"""What people have said about goals: the newest answer holds, the older ones stay as history."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hmac import compare_digest
from typing import NamedTuple

from zetkin_sync.language import Message, say
from zetkin_sync.privacy import keyed_hash
from zetkin_sync.records.facts import AttestationFact, Facts

VERDICTS = ("done", "not_done", "not_held", "held", "not_started", "started", "decided", "date_set")
FOR_GOOD = ("done", "date_set")
YEAR = 12


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


def expiry(verdict: str, about: date, months: int = YEAR) -> date | None:
    """Until when an answer holds: what is done for good stays so, everything else must be said again."""
    if verdict in FOR_GOOD and months == YEAR:
        return None
    return about + timedelta(days=round(months * 30.44))


class Ticket(NamedTuple):
    """What a signed link in a mail asks: one goal for one unit, until a day. It opens a page behind login."""

    district: int
    goal: str
    unit: int
    until: date


def ticket(asked: Ticket, *, key: bytes) -> str:
    """The link's last part: readable, and worthless with a letter changed. It attests nothing by itself."""
    body = f"{asked.district}.{asked.unit}.{asked.until:%Y%m%d}.{asked.goal}"
    return f"{body}.{_seal(body, key)}"


def read_ticket(text: str, *, keys: tuple[bytes, ...], today: date) -> Ticket | None:
    """What a link asks; none when it was changed, made with another key, or is too old."""
    body, _, seal = text.rpartition(".")
    if not any(compare_digest(seal, _seal(body, key)) for key in keys):
        return None
    district, unit, until, goal = body.split(".", 3)
    asked = Ticket(int(district), goal, int(unit), datetime.strptime(until, "%Y%m%d").date())  # noqa: DTZ007 - a day
    return asked if asked.until >= today else None


def _seal(body: str, key: bytes) -> str:
    return keyed_hash(key, f"attest:{body}").hex()[:32]
