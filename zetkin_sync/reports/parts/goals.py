"""Where the reader's goals stand."""

from __future__ import annotations

from zetkin_sync.language import say
from zetkin_sync.reports.content import Goals, Link
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import Situation
from zetkin_sync.reports.standing import judged, line, read_by, select


def goals(situation: Situation, reader: Reader) -> Goals | None:
    """The reader's goals: those that lag or moved, and how many do neither."""
    figures = judged(read_by(reader, situation.goals.get(reader.unit, ())))
    chosen = select(figures, first_time=situation.first_time)
    if not chosen.shown:
        return None
    return Goals(
        heading=say("Goals"),
        lead=say("This is the first mail: there is nothing to compare with yet.")
        if situation.first_time
        else None,
        lines=tuple(line(f, reader, situation) for f in chosen.shown),
        after=chosen.rest,
        link=Link(label=say("See all goals"), address=reader.pages.goals(reader.unit)),
    )
