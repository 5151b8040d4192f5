"""The day after: events that are over and of which nobody has noted who came."""

from __future__ import annotations

from zetkin_sync.language import Day, say, say_n
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import Link, Mail, Subject, Task, Tasks, titled
from zetkin_sync.reports.kinds.weekly import change, stop
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import EventGap, Situation

MOST = 5


def day_after(situation: Situation, reader: Reader) -> Mail | None:
    """The reader's events that wait for attendance, newest first; None when none does."""
    mine = sorted(
        (g for g in situation.gaps if g.unit == reader.unit), key=lambda g: (g.starts, g.event), reverse=True
    )
    if not mine:
        return None
    left = len(mine) - MOST
    return Mail(
        kind=MailKind.DAY_AFTER,
        subject=_subject(mine),
        heading=say("Who came?"),
        intro=(say("Note it while somebody remembers: without it nobody can see what works."),),
        sections=(
            Tasks(
                heading=say("To do now ({n})", n=len(mine)),
                items=tuple(_task(g, reader) for g in mine[:MOST]),
                after=(say_n("{n} more event is not shown.", "{n} more events are not shown.", left),)
                if left > 0
                else (),
            ),
        ),
        sources=situation.sources.get(reader.unit, ()),
        why_you=say(
            "You get this mail as {role}, the day after an event that lacks attendance.", role=reader.title
        ),
        stop=stop(reader),
        change=change(reader),
    )


def _subject(mine: list[EventGap]) -> Subject:
    if len(mine) > 1:
        return Subject(figure=say("Who came to {n} events?", n=len(mine)))
    booked = mine[0].booked
    asked = say("which of {n} booked came?", n=booked) if booked > 1 else say("who came?")
    return Subject(title=titled(mine[0].title), between=": ", figure=asked)


def _task(gap: EventGap, reader: Reader) -> Task:
    return Task(
        what=say("{title}", title=titled(gap.title)),
        details=(
            say_n(
                "{day}. {n} person was booked.",
                "{day}. {n} people were booked.",
                gap.booked,
                day=Day(gap.starts.date()),
            ),
        ),
        link=Link(
            label=say("Note attendance in Zetkin"),
            address=reader.pages.participants(gap.organization, gap.event),
        ),
    )
