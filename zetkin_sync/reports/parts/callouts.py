"""Callouts: how many were asked, signed up and came."""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync.language import say
from zetkin_sync.reports.content import Cell, Column, Link, Table, titled
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import CalloutFigure, Situation
from zetkin_sync.reports.small_numbers import people

MOST = 5


def callouts(situation: Situation, reader: Reader) -> Table | None:
    """Callouts since the last mail: asked, signed up, came."""
    shown = [
        c
        for c in situation.callouts
        if c.sent >= situation.since - timedelta(days=7) and (reader.whole or c.units == {reader.unit})
    ]
    if not shown:
        return None
    return Table(
        heading=say("Callouts"),
        columns=(
            Column(title=say("Callout")),
            Column(title=say("Asked"), number=True),
            Column(title=say("Signed up"), number=True),
            Column(title=say("Came"), number=True),
        ),
        rows=tuple(_callout_row(c, reader) for c in sorted(shown, key=lambda c: (c.sent, c.callout))[-MOST:]),
        link=Link(label=say("See all callouts"), address=reader.pages.callouts),
    )


def _callout_row(figure: CalloutFigure, reader: Reader) -> tuple[Cell, ...]:
    own = reader.is_own
    return (
        Cell(value=say("{title}, {day}", title=titled(figure.title, length=50), day=figure.sent)),
        Cell(value=people(figure.asked, own=own)),
        Cell(value=people(figure.signed_up, own=own)),
        Cell(value=say("not yet") if figure.came is None else people(figure.came, own=own)),
    )
