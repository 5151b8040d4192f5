"""How the service itself and the writing down in Zetkin go: for those who look after them."""

from __future__ import annotations

from zetkin_sync.language import Message, Share, say
from zetkin_sync.reports.content import Cell, Column, Link, Table, Tone, titled
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, ROLES, Reader
from zetkin_sync.reports.situation import MailTrouble, Situation

MOST_MAILS = 10


def recording(situation: Situation, reader: Reader) -> Table | None:
    """How well events are written down in Zetkin: what the network can teach."""
    figure = situation.recording.get(reader.unit)
    if figure is None or not (figure.ended or figure.upcoming):
        return None
    rows: list[tuple[Message, int, int]] = [
        (say("Ended with attendance noted"), figure.with_attendance, figure.ended),
        (say("Upcoming with a known place"), figure.upcoming - figure.without_place, figure.upcoming),
        (say("Upcoming with a contact"), figure.upcoming - figure.without_contact, figure.upcoming),
    ]
    return Table(
        heading=say("Written down in Zetkin"),
        lead=say("Events of the last 30 days, and those that are published and lie ahead."),
        columns=(
            Column(title=say("Events")),
            Column(title=say("Number"), number=True),
            Column(title=say("Share"), number=True),
        ),
        rows=tuple(
            (
                Cell(value=what),
                Cell(value=say("{done} of {of}", done=done, of=of)),
                Cell(value=Share(done / of) if of else None),
            )
            for what, done, of in rows
        ),
    )


def mails(situation: Situation, reader: Reader) -> Table | None:
    """Mails that did not go out for certain: for whoever looks after the service."""
    if not situation.mails:
        return None
    return Table(
        heading=say("Mails that did not arrive for certain"),
        columns=(
            Column(title=say("To")),
            Column(title=say("What happened")),
            Column(title=say("When"), number=True, wide=True),
        ),
        rows=tuple(
            (
                Cell(value=_reader(m)),
                Cell(value=m.why),
                Cell(value=say("{when}", when=m.at)),
            )
            for m in situation.mails[:MOST_MAILS]
        ),
        link=Link(label=say("See all mails"), address=reader.pages.mails),
    )


def _reader(mail: MailTrouble) -> Message:
    named = mail.role in (ASSOCIATION, COMMITTEE)
    return Message(ROLES[mail.role].text, {"unit": titled(mail.unit, length=40)} if named else {})


def readings(situation: Situation, reader: Reader) -> Table | None:
    """Every job and when it last ended well."""
    if not situation.jobs:
        return None
    return Table(
        heading=say("Jobs"),
        columns=(
            Column(title=say("Job")),
            Column(title=say("Last ended well"), number=True),
            Column(title=say("Failures in a row"), number=True, wide=True),
        ),
        rows=tuple(
            (
                Cell(value=j.what),
                Cell(
                    value=say("{when}", when=j.last_well) if j.last_well else say("never yet"),
                    tone=Tone.BAD if j.failures or j.stalled else Tone.PLAIN,
                ),
                Cell(value=j.failures, tone=Tone.BAD if j.failures else Tone.PLAIN),
            )
            for j in situation.jobs
        ),
        link=Link(label=say("See the runs"), address=reader.pages.runs),
    )
