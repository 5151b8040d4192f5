"""After an association's annual meeting: who holds which role now, and what is put first this year."""

from __future__ import annotations

from zetkin_sync.language import Day, Message, say, say_n
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import (
    Cell,
    Column,
    Link,
    Mail,
    Subject,
    Table,
    Task,
    Tasks,
    Tone,
    titled,
)
from zetkin_sync.reports.kinds.weekly import change, stop
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import GoalFigure, Meeting, Situation

ROLE_METRIC = "role_filled"
"""The metric of goals about who holds a role."""


def after_meeting(situation: Situation, reader: Reader, meeting: Meeting) -> Mail:
    """Two things to do, with a table of the roles that the plan asks for; no name stands in it."""
    roles = [f for f in situation.goals.get(reader.unit, ()) if f.goal.metric == ROLE_METRIC]
    open_ = [f for f in roles if f.now.state is not GoalState.MET]
    items = [
        Task(
            what=say("Confirm who holds which role"),
            details=(_open(len(open_), len(roles)),) if roles else (),
            link=Link(label=say("Confirm the roles"), address=reader.pages.confirm(reader.unit)),
        ),
        Task(
            what=say("Confirm what you put first this year"),
            details=(say("Areas, themes and target groups: last year's are filled in already."),),
            link=Link(label=say("Confirm the priorities"), address=reader.pages.priorities(reader.unit)),
        ),
    ]
    sections: list[Tasks | Table] = [Tasks(heading=say("To do now ({n})", n=len(items)), items=tuple(items))]
    if roles:
        sections.append(_table(roles, reader))
    return Mail(
        kind=MailKind.AFTER_MEETING,
        subject=Subject(
            figure=say("After the annual meeting: confirm who holds which role"),
            more=(say_n("{n} is missing", "{n} are missing", len(open_)),) if open_ else (),
        ),
        heading=say("After the annual meeting: {unit}", unit=titled(reader.name)),
        intro=(
            say(
                "Your annual meeting was held {day}. The district keeps in touch with the right people when it knows the roles.",
                day=Day(meeting.day),
            ),
        ),
        sections=tuple(sections),
        sources=situation.sources.get(reader.unit, ()),
        why_you=say("You get this mail once a year as {role}.", role=reader.title),
        stop=stop(reader),
        change=change(reader),
    )


def _open(missing: int, of: int) -> Message:
    if not missing:
        return say("All {of} are filled in; say that they still hold.", of=of)
    return say_n("{n} of {of} is missing.", "{n} of {of} are missing.", missing, of=of)


def _table(roles: list[GoalFigure], reader: Reader) -> Table:
    return Table(
        heading=say("The roles as Zetkin has them"),
        columns=(Column(title=say("Role")), Column(title=say("State"), number=True)),
        rows=tuple(
            (
                Cell(value=titled(f.goal.title.text(reader.language))),
                _filled(f),
            )
            for f in roles
        ),
    )


def _filled(figure: GoalFigure) -> Cell:
    match figure.now.state:
        case GoalState.MET:
            return Cell(value=say("filled in"), tone=Tone.GOOD)
        case GoalState.UNKNOWN:
            return Cell(value=say("unknown"))
        case _:
            return Cell(value=say("missing"), tone=Tone.BAD)
