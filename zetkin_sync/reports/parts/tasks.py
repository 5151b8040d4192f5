"""What must be done: proposals that wait for this reader, and events of theirs that nobody has closed."""

from __future__ import annotations

from datetime import datetime

from zetkin_sync.language import say, say_n
from zetkin_sync.reports.content import Link, Task, Tasks
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import Decision, Situation


def waiting(situation: Situation, reader: Reader) -> list[Decision]:
    """The proposals that this reader may decide about, the soonest to expire first."""
    if not reader.decides:
        return []
    mine = (
        d
        for d in situation.decisions
        if d.expires > situation.now and (reader.whole or d.units == {reader.unit})
    )
    return sorted(mine, key=lambda d: (d.expires, d.plan))


def tasks(situation: Situation, reader: Reader) -> Tasks | None:
    """What waits for the reader's decision, and events of theirs that nobody has closed."""
    items = [decision_task(d, reader, situation.now) for d in waiting(situation, reader)]
    if reader.is_own:
        open_ = [g for g in situation.gaps if g.unit == reader.unit]
        if open_:
            items.append(_gap_task(len(open_), open_[0].organization, open_[0].event, reader))
    if not items:
        return None
    return Tasks(heading=say("To do now ({n})", n=len(items)), items=tuple(items))


def decision_task(decision: Decision, reader: Reader, now: datetime) -> Task:
    """A proposal as something to do: what it is, how many it concerns, and until when."""
    details = [
        say(
            "{changes}, concerning {people}.",
            changes=say_n("{n} change in Zetkin", "{n} changes in Zetkin", decision.changes),
            people=say_n("{n} person", "{n} people", decision.people),
        )
        if decision.people
        else say_n("{n} change in Zetkin.", "{n} changes in Zetkin.", decision.changes)
    ]
    details += decision.reasons
    if decision.approvals > 1:
        details.append(say("{n} people must approve it.", n=decision.approvals))
    return Task(
        what=decision.what,
        details=tuple(details),
        deadline=say("No answer by {when} means no.", when=decision.expires)
        if decision.expires > now
        else say("It expired {when}.", when=decision.expires),
        link=Link(label=say("Read and decide"), address=reader.pages.plan(decision.plan)),
    )


def _gap_task(count: int, organization: int, event: int, reader: Reader) -> Task:
    return Task(
        what=say_n("Note who came to {n} event", "Note who came to {n} events", count),
        details=(say("Without it nobody can see what works."),),
        link=Link(
            label=say("Note attendance in Zetkin"), address=reader.pages.participants(organization, event)
        ),
    )
