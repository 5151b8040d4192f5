"""The weekly mail: what to do, what stands still, where the goals stand; and the one line of a week without news."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from zetkin_sync.language import Message, Span, say, say_n
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import AnySection, Faults, Link, Mail, Subject, Tasks, Text, titled
from zetkin_sync.reports.parts import made
from zetkin_sync.reports.readers import ORDER, TECHNICAL, Reader
from zetkin_sync.reports.situation import GoalFigure, Situation
from zetkin_sync.reports.standing import change_of, changed, hidden, judged, read_by, select, told
from zetkin_sync.reports.words import COUNTED, STATES, listed

WEEK = timedelta(days=7)


def weekly(situation: Situation, reader: Reader, *, due: date) -> Mail | None:
    """The week that ended the day before `due`; None when nothing changed, waits or stands still."""
    sections = made(ORDER[reader.role], situation, reader)
    if not _news(situation, reader, sections):
        return None
    return Mail(
        kind=MailKind.WEEKLY,
        subject=_subject(situation, reader, sections, due),
        heading=say("Week {week}: {unit}", week=_week(due), unit=titled(reader.name)),
        intro=intro(situation, reader, due=due),
        sections=sections,
        sources=situation.sources.get(reader.unit, ()),
        why_you=say("You get this mail every week as {role}.", role=reader.title),
        stop=stop(reader),
        change=change(reader),
    )


def quiet(situation: Situation, reader: Reader, *, due: date, weeks: int) -> Mail:
    """A sign of life after some weeks without a mail: nothing new, everything works."""
    states = Counter(str(f.now.state) for f in judged(read_by(reader, situation.goals.get(reader.unit, ()))))
    counted = [
        Message(words.text, {"n": states[state]}, words.plural)
        for state, words in COUNTED.items()
        if states[state]
    ]
    calm = [
        say_n(
            "Nothing has changed for {n} week, and nothing waits for you.",
            "Nothing has changed for {n} weeks, and nothing waits for you.",
            weeks,
        ),
        say("Everything is read and checked as it should be; that is why you have had no mail."),
    ]
    if counted:
        calm.append(say("Your goals: {states}.", states=listed(counted)))
    return Mail(
        kind=MailKind.QUIET,
        subject=Subject(lead=say("w. {week}", week=_week(due)), figure=say("nothing new, everything works")),
        heading=say("Week {week}: nothing new", week=_week(due)),
        intro=intro(situation, reader, due=due),
        sections=(
            Text(
                heading=say("All is calm"),
                paragraphs=tuple(calm),
                link=Link(label=say("See the runs"), address=reader.pages.runs)
                if reader.role == TECHNICAL
                else Link(label=say("See all goals"), address=reader.pages.goals(reader.unit)),
            ),
        ),
        sources=situation.sources.get(reader.unit, ()),
        why_you=say("You get this mail every week as {role}.", role=reader.title),
        stop=stop(reader),
        change=change(reader),
    )


def intro(situation: Situation, reader: Reader, *, due: date) -> tuple[Message, ...]:
    """The exact days, whom it is about, and a warning where the figures are old."""
    days = Span(due - WEEK, due - timedelta(days=1))
    said = [
        say("{days}. It is about the whole district.", days=days)
        if reader.whole
        else say("{days}. It is about {unit} only.", days=days, unit=titled(reader.name))
    ]
    return (*said, *old_figures(situation))


def old_figures(situation: Situation) -> tuple[Message, ...]:
    """The warning that stands first while Zetkin cannot be read."""
    for job in situation.jobs:
        if job.job == "pull_zetkin" and (job.failures or job.stalled) and job.last_well is not None:
            return (
                say(
                    "Zetkin cannot be read at present: all figures below are from {when}.",
                    when=job.last_well,
                ),
            )
    return ()


def stop(reader: Reader) -> Link:
    return Link(label=say("Stop this mail"), address=reader.stop or reader.pages.often(reader.unit))


def change(reader: Reader) -> Link:
    return Link(label=say("Change how often"), address=reader.pages.often(reader.unit))


def _news(situation: Situation, reader: Reader, sections: tuple[AnySection, ...]) -> bool:
    if situation.first_time and sections:
        return True
    figures = judged(read_by(reader, situation.goals.get(reader.unit, ())))
    if any(changed(f) for f in figures) and any(s.form == "goals" for s in sections):
        return True
    if any(isinstance(s, Tasks | Faults) for s in sections):
        return True
    if (
        any(a.held != a.before for a in situation.areas.get(reader.unit, ()))
        and "areas" in ORDER[reader.role]
    ):
        return True
    reach = situation.reach.get(reader.unit)
    if reach is not None and (reach.new or reach.restored) and "reach" in ORDER[reader.role]:
        return True
    recent = any(c.sent >= situation.since for c in situation.callouts)
    if recent and any(s.heading.text == "Callouts" for s in sections):
        return True
    return bool(situation.mails) and "mails" in ORDER[reader.role]


def _subject(situation: Situation, reader: Reader, sections: tuple[AnySection, ...], due: date) -> Subject:
    """The figure of the first goal, then what waits and what stands still."""
    lead = say("w. {week}", week=_week(due))
    more = []
    for section in sections:
        if isinstance(section, Tasks):
            more.append(say_n("{n} thing waits for you", "{n} things wait for you", len(section.items)))
        if isinstance(section, Faults):
            more.append(say_n("{n} thing stands still", "{n} things stand still", len(section.items)))
    figures = select(judged(read_by(reader, situation.goals.get(reader.unit, ())))).shown
    if figures and any(s.form == "goals" for s in sections):
        first = figures[0]
        return Subject(
            lead=lead,
            title=titled(first.goal.title.text(reader.language)),
            between=": " if headline(first, own=reader.is_own) in STATES.values() else " ",
            figure=headline(first, own=reader.is_own),
            more=tuple(more),
        )
    white = sum(a.is_white for a in situation.areas.get(reader.unit, ()))
    if white and "areas" in ORDER[reader.role]:
        more.append(say_n("{n} area without events", "{n} areas without events", white))
    if not more:
        return Subject(lead=lead, figure=say("the state of things"))
    return Subject(lead=lead, figure=more[0], more=tuple(more[1:]))


def headline(figure: GoalFigure, *, own: bool) -> Message:
    """A goal's figure with its change in brackets, short enough for a subject."""
    small = hidden(figure, own=own)
    if small is not None:
        return small
    now = figure.now
    if now.numerator is not None and now.denominator:
        said: Message | None = say("{done} of {of}", done=now.numerator, of=now.denominator)
    else:
        said = told(figure)
    moved = change_of(figure)
    if said is not None and moved is not None:
        return say("{figure} ({change})", figure=said, change=moved)
    return said or STATES[now.state]


def _week(due: date) -> int:
    return (due - timedelta(days=1)).isocalendar().week
