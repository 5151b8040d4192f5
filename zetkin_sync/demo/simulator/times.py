"""How Zetkin writes times: four forms, and one of them lies (API.md §2.6).

An event's times are wall-clock times labelled as if they were UTC; other times with a suffix are true; most
times have no suffix and are UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def offset(instant: datetime | None) -> str | None:
    """A true instant, `2026-03-18T18:00:00+00:00`."""
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="seconds")


def naive(instant: datetime | None) -> str | None:
    """An instant in UTC without saying so, `2026-03-16T09:27:09`."""
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds")


def precise(instant: datetime | None) -> str | None:
    """The same with microseconds, as files, sessions and bulk jobs have them."""
    if instant is None:
        return None
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat("T", "microseconds")


def spaced(instant: datetime | None) -> str | None:
    """`2026-06-03 08:46:55.596385+00:00`, as a user's `joined` and `last_login` have it."""
    return None if instant is None else instant.astimezone(UTC).isoformat(" ", "microseconds")


def labelled(wall: datetime) -> str:
    """A wall-clock time dressed as UTC."""
    return wall.isoformat("T", "seconds") + "+00:00"


def read_wall(text: str) -> datetime:
    """An event's time as written by a client: the digits are kept; a true instant keeps its UTC digits.

    Raises ValueError. Without a suffix that is the wall clock; with `Z` or an offset it is the flaw real
    data has.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def read_instant(text: str) -> datetime:
    """An instant as written by a client; without a suffix, or with a day only, it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_day(text: str) -> date:
    """A day `YYYY-MM-DD`. Raises ValueError."""
    return date.fromisoformat(text)
