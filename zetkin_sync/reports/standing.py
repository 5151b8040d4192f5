"""Goals as lines of a mail: figure, bar, change since last time, gap, forecast and next step; lagging ones first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from zetkin_sync.goals.plan import Direction, TargetFrom
from zetkin_sync.language import Message, Share, say, say_n
from zetkin_sync.records.assessments import GoalState
from zetkin_sync.reports.content import Bar, GoalLine, Tone, titled
from zetkin_sync.reports.readers import BOARD, OFFICE, Reader
from zetkin_sync.reports.situation import GoalFigure, Situation, Standing
from zetkin_sync.reports.small_numbers import people_of
from zetkin_sync.reports.words import OUTLOOKS, STATES, TONES, amount, listed, points, signed, since_words

MOST = 6
GOOD_NEWS = 2  # places among the six that are kept for what changed and does not lag
CLOSEST = 3
LAGGING = (GoalState.MISSED, GoalState.BEHIND)
OF_PEOPLE = frozenset(("people_share", "participants", "role_education"))
"""Metrics whose figures are numbers of people."""

OWN_STEPS = {
    "regular_activity": say("Next step: put up an event in an area that you have prioritised."),
    "role_filled": say("Next step: say on the page who has the role."),
    "priorities_set": say("Next step: confirm on the page what you put first."),
    "coverage": say("Next step: note in Zetkin who came, the day after each event."),
}
"""What an association can do itself; the plan's own steps are the district's."""

_PLAIN = frozenset(
    (
        "{done} of {of}",
        "{done} of {of}, {n} more needed",
        "{value}",
        "{value}, {more} more needed",
        "it cannot be known yet",
    )
)
_COUNTS = frozenset(("{n} held", "{n} person", "{n} entry", "{n} event"))
"""Findings that say no more than a figure that is told."""
_RANGES = frozenset(("{low}–{high} of {of}", "{low}–{high} of {of}, {more} more needed"))


def lags(figure: GoalFigure) -> bool:
    return figure.now.state in LAGGING


def changed(figure: GoalFigure) -> bool:
    """Does it stand otherwise than when it was last told?"""
    before, now = figure.before, figure.now
    return before is not None and (
        before.state != now.state or before.value != now.value or before.numerator != now.numerator
    )


def read_by(reader: Reader, figures: Iterable[GoalFigure]) -> list[GoalFigure]:
    """The goals that a reader reads about: those that name the role, or those that the configuration names."""
    if reader.goals:
        wanted = frozenset(reader.goals)
        return [f for f in figures if f.goal.id in wanted]
    return [f for f in figures if reader.role in f.goal.readers or reader.role in f.goal.owner]


def judged(figures: Iterable[GoalFigure]) -> list[GoalFigure]:
    """Without what is only shown, and without what was not arranged."""
    return [f for f in figures if not f.now.shown and f.now.state is not GoalState.NOT_APPLICABLE]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which goals a mail shows, and what it says of the others."""

    shown: tuple[GoalFigure, ...]
    rest: tuple[Message, ...]

    @property
    def news(self) -> bool:
        return any(changed(f) for f in self.shown)


def select(figures: Sequence[GoalFigure], *, most: int = MOST, first_time: bool = False) -> Selection:
    """Lagging ones first, among them those that moved, then what the plan itself asks for; then other changes."""
    ordered = sorted(figures, key=_rank)
    lagging = [f for f in ordered if lags(f)]
    moved = [f for f in ordered if not lags(f) and changed(f)]
    kept = min(len(moved), max(GOOD_NEWS, most - len(lagging)))
    shown = (*lagging[: most - kept], *moved[:kept])
    return Selection(shown=shown, rest=_rest(figures, shown, first_time=first_time))


def _rank(figure: GoalFigure) -> tuple[object, ...]:
    goal, now = figure.goal, figure.now
    return (
        not changed(figure),
        goal.target_from is not TargetFrom.PLAN,
        now.state is not GoalState.MISSED,
        -_gap(now),
        goal.number,
        goal.part,
    )


def _gap(now: Standing) -> float:
    if now.more_needed is not None and now.denominator:
        return now.more_needed / now.denominator
    if now.value is not None and now.target:
        return max(0.0, 1 - now.value / now.target)
    return 0.0


def _rest(
    figures: Sequence[GoalFigure], shown: Sequence[GoalFigure], *, first_time: bool
) -> tuple[Message, ...]:
    left = [f for f in figures if f not in shown]
    behind = sum(lags(f) for f in left)
    unknown = sum(f.now.state is GoalState.UNKNOWN for f in left)
    moved = sum(changed(f) and not lags(f) for f in left)
    same = len(left) - behind - unknown - moved
    found = []
    if behind:
        found.append(say_n("{n} more goal lags behind.", "{n} more goals lag behind.", behind))
    if moved:
        found.append(say_n("{n} more goal has changed.", "{n} more goals have changed.", moved))
    if same:
        found.append(
            say_n("{n} goal is met or on track.", "{n} goals are met or on track.", same)
            if first_time
            else say_n("{n} goal is unchanged.", "{n} goals are unchanged.", same)
        )
    if unknown:
        found.append(say_n("{n} goal cannot be judged yet.", "{n} goals cannot be judged yet.", unknown))
    return tuple(found)


def line(figure: GoalFigure, reader: Reader, situation: Situation) -> GoalLine:
    """One goal, as this reader may see it."""
    goal, now = figure.goal, figure.now
    small = hidden(figure, own=reader.is_own)
    notes = [] if small else [*_change(figure, situation), *_gap_notes(figure)]
    if (
        now.outlook is not None
        and now.outlook in OUTLOOKS
        and now.state not in (GoalState.MET, GoalState.MISSED)
    ):
        notes.append(OUTLOOKS[now.outlook])
    if reader.role in (OFFICE, BOARD):
        notes += _closest(figure, situation)
    if reader.is_own:
        notes += _whole_district(figure, situation)
    step = None
    if lags(figure) and reader.is_own:
        step = OWN_STEPS.get(goal.metric)
    elif lags(figure) and goal.step is not None:
        step = say("Next step: {step}", step=_lower_first(goal.step.text(reader.language)))
    return GoalLine(
        title=titled(goal.title.text(reader.language)),
        state=STATES[now.state],
        tone=TONES.get(now.state, Tone.PLAIN),
        figure=small or told(figure),
        bar=None if small else _bar(figure),
        notes=tuple(notes),
        step=step,
        suggested=goal.target_from is TargetFrom.SUGGESTION,
        link=reader.pages.goal(goal.id, figure.unit),
    )


def hidden(figure: GoalFigure, *, own: bool) -> Message | None:
    """What is said in place of a figure that is a small number of people; None when it can be told."""
    now = figure.now
    if figure.goal.metric not in OF_PEOPLE:
        return None
    if now.numerator is not None and now.denominator is not None:
        return people_of(now.numerator, now.denominator, own=own)
    if now.value is not None and figure.goal.figure == "count":
        return people_of(round(now.value), round(now.value), own=own)
    return None


def told(figure: GoalFigure) -> Message | None:
    """The figure with what it is held against: 31 of 40 (78 %); None when nothing is known."""
    now, goal = figure.now, figure.goal
    if now.state is GoalState.UNKNOWN and now.value is None:
        return None
    if now.finding.text in _RANGES:
        values = now.finding.values
        return say("{low}–{high} of {of}", low=values["low"], high=values["high"], of=values["of"])
    if now.numerator is not None and now.denominator:
        share = Share(now.numerator / now.denominator)
        return say("{done} of {of} ({share})", done=now.numerator, of=now.denominator, share=share)
    if now.value is None or goal.figure == "done" or _is_yes_or_no(figure):
        return None
    if now.target and goal.figure in ("count", "share") and _is_count(figure):
        of = int(now.target) if float(now.target).is_integer() else now.target
        return say("{done} of {of}", done=_whole(now.value), of=of)
    return amount(now.value, goal.figure)


def _is_count(figure: GoalFigure) -> bool:
    """A unit's own figure within a share is a count (months), unlike the district's, which is the share itself."""
    if figure.goal.figure == "count":
        return True
    return figure.now.target is not None and figure.now.target > 1


def _is_yes_or_no(figure: GoalFigure) -> bool:
    """Is it one unit's answer within a share of units? Then the state says it all."""
    now = figure.now
    one = now.target is None or now.target <= 1
    return figure.goal.figure == "share" and now.numerator is None and one and now.value in (0, 1)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else round(value, 1)


def _bar(figure: GoalFigure) -> Bar | None:
    now, goal = figure.now, figure.goal
    if goal.direction is not Direction.AT_LEAST or now.finding.text in _RANGES or _is_yes_or_no(figure):
        return None
    if now.numerator is not None and now.denominator:
        target = None
        if now.target is not None and now.target <= 1:
            target = ceil(Fraction(str(now.target)) * now.denominator) / now.denominator
        return Bar(done=min(1.0, now.numerator / now.denominator), target=target)
    if now.value is not None and now.target and _is_count(figure):
        return Bar(done=min(1.0, now.value / now.target))
    if now.value is not None and goal.figure == "share" and now.target is not None:
        return Bar(done=min(1.0, max(0.0, now.value)), target=now.target)
    return None


def _change(figure: GoalFigure, situation: Situation) -> list[Message]:
    before, now = figure.before, figure.now
    if before is None:
        known = now.state is not GoalState.UNKNOWN
        return [say("Judged for the first time.")] if known and not situation.first_time else []
    since = since_words(situation.since, situation.today)
    found = []
    moved = change_of(figure)
    other_whole = moved is None and now.denominator != before.denominator and before.denominator is not None
    if moved is not None:
        found.append(say("{change} {since}.", change=moved, since=since))
    elif other_whole and before.numerator is not None:
        found.append(say("Was {done} of {of} last time.", done=before.numerator, of=before.denominator))
    if before.state != now.state:
        found.append(say("Was {state} then.", state=STATES[before.state]))
    elif moved is None and not other_whole and lags(figure):
        found.append(say("Unchanged {since}.", since=since))
    return found


def change_of(figure: GoalFigure) -> Message | None:
    """How the figure has moved since it was last told; None when it has not, or nobody knows."""
    before, now = figure.before, figure.now
    if before is None:
        return None
    if now.numerator is not None and before.numerator is not None:
        if now.numerator != before.numerator:
            return signed(now.numerator - before.numerator)
        return None
    if now.value is None or before.value is None or now.value == before.value:
        return None
    if figure.goal.figure == "share" and not _is_count(figure):
        return points(now.value - before.value)
    return signed(now.value - before.value)


def _gap_notes(figure: GoalFigure) -> list[Message]:
    now = figure.now
    said = now.finding.text in _PLAIN or now.finding.text in _RANGES
    said = said or (now.finding.text in _COUNTS and told(figure) is not None)
    if now.finding.text and not said:
        return [now.finding]
    if now.state is GoalState.UNKNOWN and now.value is None:
        return [say("It cannot be known yet.")]
    if figure.goal.direction is Direction.RISING and now.state is not GoalState.MET:
        return [say("It should be higher than at the same time last year.")]
    if figure.goal.direction is Direction.FALLING and now.state is not GoalState.MET:
        return [say("It should be lower than at the same time last year.")]
    if now.more_needed:
        return [say_n("{n} more is needed.", "{n} more are needed.", now.more_needed)]
    return []


def _closest(figure: GoalFigure, situation: Situation) -> list[Message]:
    """The units just below the line: where a little support goes furthest."""
    if not lags(figure) or figure.unit != situation.district.id:
        return []
    near = []
    of_people = figure.goal.metric in OF_PEOPLE  # a gap of a few is a number of people under five
    for unit, figures in situation.goals.items():
        own = next((f for f in figures if f.goal.id == figure.goal.id and f.plan == figure.plan), None)
        if unit == figure.unit or own is None or not lags(own):
            continue
        if own.now.value is not None and own.now.target and 1 < own.now.target > own.now.value:
            near.append((own.now.target - own.now.value, situation.title(unit)))
    if not near:
        return []
    names = [
        say("{title}", title=titled(title, length=50))
        if of_people
        else say("{unit} ({more} more)", unit=titled(title, length=50), more=_whole(more))
        for more, title in sorted(near)[:CLOSEST]
    ]
    return [say("Closest to the line: {units}.", units=listed(names))]


def _whole_district(figure: GoalFigure, situation: Situation) -> list[Message]:
    """What the district's own figure is, beside the reader's."""
    figures = situation.goals.get(situation.district.id, ())
    whole = next((f for f in figures if f.goal.id == figure.goal.id and f.plan == figure.plan), None)
    if whole is None:
        return []
    figure_said = hidden(whole, own=False) or told(whole)
    return [] if figure_said is None else [say("The whole district: {figure}.", figure=figure_said)]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
