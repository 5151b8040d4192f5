"""Members who can be reached again, and those who cannot, by reason."""

from __future__ import annotations

from zetkin_sync.language import Message, Share, say, say_n
from zetkin_sync.reports.content import Cell, Column, Link, Table
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import Situation
from zetkin_sync.reports.small_numbers import people, together
from zetkin_sync.reports.words import signed


def reach(situation: Situation, reader: Reader) -> Table | None:
    """Members who can be reached again, and who cannot by reason; a headline before the bad news."""
    figure = situation.reach.get(reader.unit)
    if figure is None or not (figure.unreachable or figure.restored or figure.new):
        return None
    own = reader.is_own
    sentences = []
    if figure.restored:
        restored = people(figure.restored, own=own)
        sentences.append(
            say_n("{n} member can be reached again.", "{n} members can be reached again.", restored)
            if isinstance(restored, int)
            else say("{count} members can be reached again.", count=restored)
        )
    unreachable = people(figure.unreachable, own=own)
    sentences.append(
        say_n("{n} member cannot be reached by mail.", "{n} members cannot be reached by mail.", unreachable)
        if isinstance(unreachable, int)
        else say("{count} members cannot be reached by mail.", count=unreachable)
    )
    if figure.unknown:
        sentences.append(
            say(
                "Of {share} nothing is known: Zetkin's own mailings tell us nothing.",
                share=Share(figure.unknown),
            )
        )
    if figure.blocked:
        blocked = people(figure.blocked, own=own)
        sentences.append(
            say_n(
                "{n} member is blocked in Zetkin, for a reason that Zetkin does not tell.",
                "{n} members are blocked in Zetkin, for a reason that Zetkin does not tell.",
                blocked,
            )
            if isinstance(blocked, int)
            else say(
                "{count} members are blocked in Zetkin, for a reason that Zetkin does not tell.",
                count=blocked,
            )
        )
    if figure.without_channel:
        nowhere = people(figure.without_channel, own=own)
        sentences.append(
            say_n(
                "{n} member has no channel at all: no working address, no phone, no post.",
                "{n} members have no channel at all: no working address, no phone, no post.",
                nowhere,
            )
            if isinstance(nowhere, int)
            else say(
                "{count} members have no channel at all: no working address, no phone, no post.",
                count=nowhere,
            )
        )
    rows = () if isinstance(unreachable, Message) else together(figure.reasons, own=own)
    with_change = own and any(r.change is not None for r in rows)
    columns = [Column(title=say("Reason")), Column(title=say("How many"), number=True)]
    if with_change:
        columns.append(Column(title=say("Change"), number=True))
    return Table(
        heading=say("Who we do not reach"),
        lead=sentences[0]
        if len(sentences) == 1
        else Message("{a} {b}", {"a": sentences[0], "b": sentences[1]}),
        columns=tuple(columns),
        rows=tuple(
            (
                Cell(value=r.what),
                Cell(value=r.count),
                *((Cell(value=signed(r.change) if r.change else say("unchanged")),) if with_change else ()),
            )
            for r in rows
        ),
        after=tuple(sentences[2:]),
        link=Link(label=say("See reachability"), address=reader.pages.reach(reader.unit)),
    )
