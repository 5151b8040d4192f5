"""What a run came to, to who asked for it: how it ended, its counts, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zetkin_sync.language import Message, say
from zetkin_sync.records.ledger import RunState
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import AnySection, Cell, Column, Fault, Faults, Link, Mail, Subject, Table
from zetkin_sync.reports.kinds.weekly import change, stop
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.words import RUN_STATES


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A run that is over; `counts` in words, in their order."""

    run: int
    what: Message
    state: RunState
    finished: datetime
    counts: Sequence[tuple[Message, int]]
    notes: Sequence[Message]


def result(ended: Ended, reader: Reader) -> Mail:
    """The mail about one run."""
    page = Link(label=say("See the run"), address=reader.pages.run(ended.run))
    sections: list[AnySection] = []
    if ended.notes:
        faults = tuple(Fault(what=note) for note in ended.notes)
        sections.append(Faults(heading=say("What went wrong"), items=faults, link=page))
    sections.append(
        Table(
            heading=say("What it came to"),
            columns=(Column(title=say("What")), Column(title=say("How many"), number=True)),
            rows=tuple((Cell(value=name), Cell(value=n)) for name, n in ended.counts),
            after=() if ended.counts else (say("It counted nothing."),),
            link=page,
        )
    )
    return Mail(
        kind=MailKind.RESULT,
        subject=Subject(title=ended.what, between=": ", figure=RUN_STATES[ended.state]),
        heading=say("{job}: {state}", job=ended.what, state=RUN_STATES[ended.state]),
        intro=(say("The run that you asked for ended {when}.", when=ended.finished),),
        sections=tuple(sections),
        sources=(),
        why_you=say(
            "You get this mail because you asked for the run. Nobody is told of the clock's own runs."
        ),
        stop=stop(reader),
        change=change(reader),
    )
