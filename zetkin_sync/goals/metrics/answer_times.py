"""How fast answers come: questions to a mailbox, support requests, cases of unreachable members, mentor requests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from statistics import median
from typing import Literal

from pydantic import Field

from zetkin_sync.areas.names import contains, words_of
from zetkin_sync.goals.measurement import Measurement, unknown
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import Observed
from zetkin_sync.goals.working_days import Calendar
from zetkin_sync.language import Message, say

Span = tuple[date | datetime, date | datetime | None]


class Parameters(Settings):
    """From `source`, the share answered `within` a time, or the median time; counted in working days, days or
    hours. A register's row begins at its day and ends at its column `answered`."""

    source: Literal["threads", "register", "cases", "journeys", "acute_callouts"]
    rows_of: str = "support_requests"
    journey: str = ""
    ends_with: str = "answered"
    within: float | None = Field(default=None, gt=0)
    counted_in: Literal["working_days", "days", "hours"] = "days"


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """What is still open and within its time counts neither way; what is open beyond it is not answered in time."""
    spans = _spans(observed, asked)
    if spans is None:
        return unknown(_SOURCES[asked.parameters.source])
    first, last = asked.window.first, asked.window.day
    inside = [span for span in spans if first <= _day(span[0]) <= last]
    if not inside:
        return unknown(say("nothing was asked in the period"))
    calendar = Calendar(asked.plan.holidays)
    now: date | datetime = observed.facts.now
    times = [
        (_length(calendar, asked, start, end or _like(start, now, observed.today)), end is not None)
        for start, end in inside
    ]
    if asked.parameters.within is None:
        return _median(times)
    limit = asked.parameters.within
    judged = [(length, done) for length, done in times if done or length > limit]
    if not judged:
        return unknown(say("all that was asked is open and within its time"))
    good = sum(done and length <= limit for length, done in judged)
    return Measurement(
        value=good / len(judged),
        numerator=good,
        denominator=len(judged),
        finding=_finding(good, judged, times, limit),
    )


_SOURCES = {
    "threads": say("the shared mailbox has not been read"),
    "register": say("no register of requests has been uploaded"),
    "cases": say("the bounce mailbox has not been read"),
    "journeys": say("journeys have not been read from Zetkin"),
    "acute_callouts": say("no callouts have been recorded"),
}


def _spans(observed: Observed, asked: Asked[Parameters]) -> list[Span] | None:
    facts, wanted = observed.facts, asked.parameters
    match wanted.source:
        case "threads":
            return None if facts.threads is None else [(t.asked, t.answered) for t in facts.threads]
        case "cases":
            return None if facts.cases is None else [(c.opened, c.closed) for c in facts.cases]
        case "journeys":
            if facts.journeys is None:
                return None
            phrase = words_of(wanted.journey)
            return [(j.opened, j.closed) for j in facts.journeys if contains(words_of(j.title), phrase)]
        case "acute_callouts":
            if facts.callouts is None:
                return None
            return [(c.triggered, c.sent) for c in facts.callouts if c.triggered is not None]
        case _:
            register = observed.register(wanted.rows_of)
            if register is None:
                return None
            return [
                (row.day, row.values.get(wanted.ends_with)) for row in register.rows if row.day is not None
            ]


def _length(
    calendar: Calendar, asked: Asked[Parameters], start: date | datetime, end: date | datetime
) -> float:
    if asked.parameters.counted_in == "hours" and isinstance(start, datetime) and isinstance(end, datetime):
        return (end - start).total_seconds() / 3600
    if asked.parameters.counted_in == "working_days":
        return calendar.working_days(_day(start), _day(end))
    return (_day(end) - _day(start)).days


def _like(start: date | datetime, now: date | datetime, today: date) -> date | datetime:
    return now if isinstance(start, datetime) else today


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _median(times: Iterable[tuple[float, bool]]) -> Measurement:
    done = [length for length, answered in times if answered]
    open_ = sum(not answered for _, answered in times)
    if not done:
        return unknown(say("nothing that was asked has been answered yet"))
    middle = float(median(done))
    finding = say(
        "median {median}; {answered} answered, {open} open", median=middle, answered=len(done), open=open_
    )
    return Measurement(value=middle, finding=finding)


def _finding(
    good: int, judged: list[tuple[float, bool]], times: list[tuple[float, bool]], limit: float
) -> Message:
    late = sum(not done for length, done in times if length > limit)
    return say("{good} of {of} answered in time, {open} open beyond it", good=good, of=len(judged), open=late)
