"""What a person must know about the service itself: what is wrong, what to do; and once when it is well again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zetkin_sync.language import Message, say
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import Fault, Faults, Link, Mail, Subject, Text
from zetkin_sync.reports.kinds.weekly import change, stop
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import Situation

TITLES: Mapping[str, Message] = {
    "late": say("A job was not started in time"),
    "waits": say("A job waits for a worker"),
    "left": say("A run was left half-way"),
    "unknown": say("Nobody knows whether a change was made"),
    "parked": say("Something was put aside for you to decide"),
    "brake": say("A brake is on"),
    "old": say("Nothing new from Zetkin"),
    "token": say("The key to Zetkin ends soon"),
    "disk": say("The disk is nearly full"),
    "clock": say("The clock was set back"),
    "restored": say("The database was restored"),
    "configuration": say("The configuration has mistakes"),
}
"""The title of each kind of alarm (`zetkin_sync.vitals.alarms`)."""


@dataclass(frozen=True)
class Raised:
    """One alarm, as a mail tells it."""

    since: datetime
    what: Message
    do: Message


def raised(situation: Situation, reader: Reader, kind: str, found: Sequence[Raised]) -> Mail:
    """What is wrong, the same every day until it is well again. `found` is not empty."""
    return _mail(
        situation,
        reader,
        kind,
        figure=say("since {when}", when=min(each.since for each in found)),
        what=Faults(heading=say("What has happened"), items=tuple(Fault(what=each.what) for each in found)),
        do=tuple(dict.fromkeys(each.do for each in found)),
    )


def well_again(situation: Situation, reader: Reader, kind: str) -> Mail:
    """It is over."""
    return _mail(
        situation,
        reader,
        kind,
        figure=say("is over"),
        what=Faults(
            heading=say("What has happened"),
            items=(Fault(what=say("Since {when} all is well again.", when=situation.now), mended=True),),
        ),
        do=(say("Nothing needs to be done."),),
    )


def _mail(
    situation: Situation, reader: Reader, kind: str, *, figure: Message, what: Faults, do: tuple[Message, ...]
) -> Mail:
    return Mail(
        kind=MailKind.STALLED,
        subject=Subject(title=TITLES[kind], between=" – ", figure=figure),
        heading=TITLES[kind],
        intro=(),
        sections=(
            what,
            Text(
                heading=say("What to do"),
                paragraphs=do,
                link=Link(label=say("See the runs"), address=reader.pages.runs),
            ),
        ),
        sources=situation.sources.get(situation.district.id, ()),
        why_you=say(
            "You get this mail as {role}: once, then daily, and when it works again.", role=reader.title
        ),
        stop=stop(reader),
        change=change(reader),
    )
