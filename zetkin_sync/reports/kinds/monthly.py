"""The monthly mail to the board: the whole plan, the forecast, coverage, the fund, the trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from zetkin_sync.goals.forecast import Outlook
from zetkin_sync.language import Message, Month, Span, say, say_n
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import (
    AnySection,
    Cell,
    Column,
    Goals,
    Link,
    Mail,
    Subject,
    Table,
    Task,
    Tasks,
    Tone,
    titled,
)
from zetkin_sync.reports.kinds.weekly import change, old_figures, stop
from zetkin_sync.reports.parts import made
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import GoalFigure, Situation
from zetkin_sync.reports.standing import judged, lags, line, select
from zetkin_sync.reports.words import STATES, TONES, signed

MOST = 10
QUESTIONS = 3
FUND, COVERAGE = "ledger_share", "coverage"

OUTLOOKS = {
    Outlook.SECURED: say("Secured"),
    Outlook.LIKELY: say("Likely"),
    Outlook.UNCERTAIN: say("Uncertain"),
    Outlook.UNLIKELY: say("Unlikely"),
    Outlook.IMPOSSIBLE: say("No longer possible"),
}


def monthly(situation: Situation, reader: Reader, *, due: date) -> Mail | None:
    """The month that ended before `due`; None when no goal has been assessed yet."""
    everything = situation.goals.get(situation.district.id, ())
    figures = judged(everything)
    if not figures:
        return None
    last = due.replace(day=1) - timedelta(days=1)
    sections: list[AnySection | None] = [
        *made(("tasks", "faults"), situation, reader),
        _questions(situation, reader),
        _whole_plan(figures),
        _behind(figures, reader, situation),
        _forecast(figures),
        *made(("areas",), situation, reader),
        _lines(say("The fund"), (f for f in everything if f.goal.metric == FUND), reader, situation),
        _lines(
            say("How much we know"), (f for f in everything if f.goal.metric == COVERAGE), reader, situation
        ),
        _trend(situation),
        *made(("callouts", "reach"), situation, reader),
    ]
    return Mail(
        kind=MailKind.MONTHLY,
        subject=_subject(figures, last),
        heading=say("The plan in {month}: {unit}", month=Month(last), unit=titled(reader.name)),
        intro=(
            say("{days}. It is about the whole plan.", days=Span(last.replace(day=1), last)),
            *old_figures(situation),
        ),
        sections=tuple(s for s in sections if s is not None),
        sources=situation.sources.get(reader.unit, ()),
        why_you=say("You get this mail every month as {role}.", role=reader.title),
        stop=stop(reader),
        change=change(reader),
    )


def _questions(situation: Situation, reader: Reader) -> Tasks | None:
    """What only somebody's word can settle, with a signed link to the question; a few at a time."""
    if not reader.decides or not situation.questions:
        return None
    asked = situation.questions[:QUESTIONS]
    return Tasks(
        heading=say("Only you know ({n})", n=len(situation.questions)),
        items=tuple(
            Task(
                what=say("{title}", title=titled(q.goal.title.text(reader.language))),
                details=(say("Is it done, not done, or not held this year?"),),
                link=Link(label=say("Say how it stands"), address=q.address),
            )
            for q in asked
        ),
    )


def _subject(figures: Sequence[GoalFigure], last: date) -> Subject:
    met, before = (
        _met(figures),
        sum(f.before is not None and f.before.state == GoalState.MET for f in figures),
    )
    known = any(f.before is not None for f in figures)
    said = say("{done} of {of} goals met", done=met, of=len(figures))
    if known and met != before:
        said = say("{figure} ({change})", figure=said, change=signed(met - before))
    behind = sum(lags(f) for f in figures)
    more = (say_n("{n} behind", "{n} behind", behind),) if behind else ()
    return Subject(lead=say("{month}", month=Month(last)), figure=said, more=more)


def _met(figures: Iterable[GoalFigure]) -> int:
    return sum(f.now.state == GoalState.MET for f in figures)


def _whole_plan(figures: Sequence[GoalFigure]) -> Table:
    now = Counter(f.now.state for f in figures)
    before = Counter(f.before.state for f in figures if f.before is not None)
    rows = []
    for state in (
        GoalState.MET,
        GoalState.ON_TRACK,
        GoalState.BEHIND,
        GoalState.MISSED,
        GoalState.UNKNOWN,
    ):
        if not now[state] and not before[state]:
            continue
        moved = now[state] - before[state] if before else 0
        rows.append(
            (
                Cell(value=say("{state}", state=STATES[state]), tone=TONES.get(state, Tone.PLAIN)),
                Cell(value=now[state]),
                *((Cell(value=signed(moved) if moved else say("unchanged")),) if before else ()),
                Cell(value=None, bar=now[state] / len(figures), tone=TONES.get(state, Tone.PLAIN)),
            )
        )
    return Table(
        heading=say("The whole plan"),
        lead=say_n(
            "{n} goal is held against the plan.", "{n} goals are held against the plan.", len(figures)
        ),
        columns=(
            Column(title=say("State")),
            Column(title=say("Goals"), number=True),
            *((Column(title=say("Change"), number=True),) if before else ()),
            Column(title=say("Share"), wide=True),
        ),
        rows=tuple(rows),
        after=(_suggested(figures),) if any(_is_suggestion(f) for f in figures) else (),
    )


def _is_suggestion(figure: GoalFigure) -> bool:
    return figure.goal.target_from == "suggestion"


def _suggested(figures: Sequence[GoalFigure]) -> Message:
    return say_n(
        "The target of {n} of them is a suggestion that the district has not decided.",
        "The targets of {n} of them are suggestions that the district has not decided.",
        sum(_is_suggestion(f) for f in figures),
    )


def _behind(figures: Sequence[GoalFigure], reader: Reader, situation: Situation) -> Goals | None:
    chosen = select(figures, most=MOST, first_time=situation.first_time)
    if not chosen.shown:
        return None
    return Goals(
        heading=say("Behind, and what has changed"),
        lines=tuple(line(f, reader, situation) for f in chosen.shown),
        after=chosen.rest,
        link=Link(label=say("See all goals"), address=reader.pages.goals(reader.unit)),
    )


def _forecast(figures: Sequence[GoalFigure]) -> Table | None:
    counted = Counter(f.now.outlook for f in figures if f.now.outlook is not None)
    if not counted:
        return None
    return Table(
        heading=say("Forecast for the goals that have one"),
        lead=say("How likely each goal is to be met by the end of its period."),
        columns=(Column(title=say("Forecast")), Column(title=say("Goals"), number=True)),
        rows=tuple(
            (Cell(value=words), Cell(value=counted[outlook]))
            for outlook, words in OUTLOOKS.items()
            if counted[outlook]
        ),
    )


def _lines(
    heading: Message, figures: Iterable[GoalFigure], reader: Reader, situation: Situation
) -> Goals | None:
    lines = tuple(line(f, reader, situation) for f in figures)
    return Goals(heading=heading, lines=lines[:4]) if lines else None


def _trend(situation: Situation) -> Table | None:
    """Goals met at the end of each month; the year as it went."""
    if len(situation.months) < 2:
        return None
    most = max(m.judged for m in situation.months) or 1
    return Table(
        heading=say("The trend"),
        lead=say("Goals met at the end of each month, of those judged then."),
        columns=(
            Column(title=say("Month")),
            Column(title=say("Met"), number=True),
            Column(title=say("Share"), wide=True),
        ),
        rows=tuple(
            (
                Cell(value=say("{month}", month=Month(m.first))),
                Cell(value=say("{done} of {of}", done=m.met, of=m.judged)),
                Cell(value=None, bar=m.met / most, tone=Tone.GOOD),
            )
            for m in situation.months
        ),
    )
