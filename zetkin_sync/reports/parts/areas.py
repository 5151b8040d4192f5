"""Prioritised areas: which are white, which have changed, and when something happens there next."""

from __future__ import annotations

from collections.abc import Sequence

from zetkin_sync.language import Day, Message, say, say_n
from zetkin_sync.reports.content import Cell, Column, Link, Table, Tone, titled
from zetkin_sync.reports.readers import OFFICE, Reader
from zetkin_sync.reports.situation import AreaFigure, Situation
from zetkin_sync.reports.words import listed, signed

MOST = 10
ASK = 3


def areas(situation: Situation, reader: Reader) -> Table | None:
    """Prioritised areas that are white or have changed, the emptiest first, at most ten."""
    figures = situation.areas.get(reader.unit, ())
    shown = [f for f in figures if f.is_white or f.held != f.before]
    if not shown:
        return None
    white = sum(f.is_white for f in figures)
    left = len(figures) - len(shown[:MOST])
    hidden = len(shown) - len(shown[:MOST])
    after = []
    if left:
        after.append(say_n("{n} area is not shown.", "{n} areas are not shown.", left))
    if hidden:
        after.append(say_n("{n} of them has changed.", "{n} of them have changed.", hidden))
    if reader.role == OFFICE:
        after += _owners(shown, situation)
    return Table(
        heading=say("Areas that need you"),
        lead=say_n(
            "{n} prioritised area has had no event in 30 days.",
            "{n} prioritised areas have had no event in 30 days.",
            white,
        )
        if white
        else say("Events in 30 days, the fewest first."),
        columns=(
            Column(title=say("Area")),
            Column(title=say("30 days"), number=True),
            Column(title=say("Change"), number=True),
            Column(title=say("Next event"), number=True, wide=True),
        ),
        rows=tuple(_area_row(f) for f in shown[:MOST]),
        after=tuple(after),
        link=Link(label=say("See all areas"), address=reader.pages.areas),
    )


def _area_row(figure: AreaFigure) -> tuple[Cell, ...]:
    change = figure.held - figure.before
    return (
        Cell(value=titled(figure.title, length=40)),
        Cell(
            value=say_n("{n} event", "{n} events", figure.held) if figure.held else say("no event"),
            tone=Tone.BAD if figure.is_white else Tone.PLAIN,
        ),
        Cell(
            value=signed(change) if change else say("unchanged"),
            tone=Tone.GOOD if change > 0 else Tone.BAD if change < 0 else Tone.PLAIN,
        ),
        Cell(value=Day(figure.next) if figure.next else say("none planned")),
    )


def _owners(figures: Sequence[AreaFigure], situation: Situation) -> list[Message]:
    """Which association to ask about the first white areas."""
    found = []
    for figure in [f for f in figures if f.is_white and f.owners][:ASK]:
        names = [say("{title}", title=titled(situation.title(o), length=40)) for o in figure.owners[:ASK]]
        found.append(say("{area}: ask {units}.", area=titled(figure.title, length=40), units=listed(names)))
    return found
