"""One proposal waits for a decision: what it would do, to how many, until when; once, and once more before it expires."""

from __future__ import annotations

from datetime import datetime

from zetkin_sync.language import Day, say, say_n
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import Mail, Subject, Tasks, Text
from zetkin_sync.reports.kinds.weekly import change, stop
from zetkin_sync.reports.parts.tasks import decision_task
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import Decision, Situation

MOST_LEFT_OUT = 5


def decision(situation: Situation, reader: Reader, found: Decision, *, again: bool) -> Mail:
    """The mail about one proposal; `again` when it expires within a day."""
    task = decision_task(found, reader, situation.now)
    sections: list[Tasks | Text] = [
        Tasks(
            heading=say("It expires soon") if again else say("Waits for your decision"),
            items=(task,),
        )
    ]
    if found.left_out:
        left, more = found.left_out[:MOST_LEFT_OUT], len(found.left_out) - MOST_LEFT_OUT
        sections.append(
            Text(
                heading=say("Left out of it ({n})", n=len(found.left_out)),
                paragraphs=left,
                after=(say_n("{n} more is not shown.", "{n} more are not shown.", more),) if more > 0 else (),
            )
        )
    return Mail(
        kind=MailKind.DECISION,
        subject=_subject(found, situation),
        heading=say("A proposal expires soon") if again else say("A proposal waits for you"),
        intro=(
            say(
                "Nothing is done before somebody has approved it. The link only opens a page: it decides nothing."
            ),
        ),
        sections=tuple(sections),
        sources=situation.sources.get(reader.unit, ()),
        why_you=say("You get this mail because you may decide, as {role}.", role=reader.title),
        stop=stop(reader),
        change=change(reader),
    )


def _subject(found: Decision, situation: Situation) -> Subject:
    until = Day(_local(found.expires, situation))
    people = say_n("{n} person", "{n} people", found.people) if found.people else None
    return Subject(lead=say("Decide by {day}", day=until), title=found.what, between=", ", figure=people)


def _local(moment: datetime, situation: Situation) -> datetime:
    return moment.astimezone(situation.zone)
