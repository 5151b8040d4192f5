"""Any mail to any reader, made from what is known now and sent nowhere: for `status preview`, the page and the demo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from zetkin_sync.configuration import Recipient
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import Language, say
from zetkin_sync.mail.gathering import Gathering
from zetkin_sync.mail.readers import pages
from zetkin_sync.mail.results import ended
from zetkin_sync.records import MailKind
from zetkin_sync.reports.content import Mail
from zetkin_sync.reports.kinds.after_meeting import after_meeting
from zetkin_sync.reports.kinds.day_after import day_after
from zetkin_sync.reports.kinds.decision import decision
from zetkin_sync.reports.kinds.monthly import monthly
from zetkin_sync.reports.kinds.result import result
from zetkin_sync.reports.kinds.stalled import stalled
from zetkin_sync.reports.kinds.weekly import quiet, weekly
from zetkin_sync.reports.parts.tasks import waiting
from zetkin_sync.reports.readers import ASSOCIATION, COMMITTEE, DECIDE, ROLES, Reader
from zetkin_sync.reports.render import Rendered, render
from zetkin_sync.reports.situation import Meeting, Situation
from zetkin_sync.store import ledger

QUIET_WEEKS = 4


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A mail that was not sent. `example` says that its occasion is supposed and not real."""

    reader: Reader
    mail: Mail
    shown: Rendered
    example: bool = False


def reader_for(gathering: Gathering, *, role: str, unit: str | None, language: str) -> Reader:
    """A reader of a role, for the association or committee of that title; the first of its kind when none is named.

    Raises ConfigError when there is no such role or association.
    """
    known = gathering.known
    if role not in ROLES:
        raise ConfigError(
            say("There is no role {role}.", role=role), say("There are: {names}.", names=", ".join(ROLES))
        )
    recipients = [r for r in known.configuration.recipients if r.role == role]
    title = unit or next((r.unit for r in recipients if r.unit), None)
    titles = known.configuration.titles
    number = next((i for i, each in titles.items() if each == title), None)
    if role == ASSOCIATION and number is None:
        raise ConfigError(
            say("There is no association “{title}”.", title=title or ""),
            say("Name one from associations.csv with --unit."),
        )
    mine = next((r for r in recipients if r.unit == title), None)
    return Reader(
        role=role,
        unit=number if role in (ASSOCIATION, COMMITTEE) and number is not None else known.district,
        name=title if title and role in (ASSOCIATION, COMMITTEE) else known.configuration.district.title,
        language=language,
        pages=pages(known),
        whole=role != ASSOCIATION,
        decides=_decides(mine, role),
        goals=mine.goals if mine else (),
    )


def _decides(recipient: Recipient | None, role: str) -> bool:
    return role in DECIDE if recipient is None or recipient.decides is None else recipient.decides


def preview(gathering: Gathering, reader: Reader, kind: MailKind) -> Preview | None:
    """The mail of a kind that this reader would get now; None when there is nothing to tell them."""
    made = _MAKE[kind](gathering, reader)
    if made is None:
        return None
    mail, example = made
    language = Language(reader.language, gathering.known.configuration.district.zone)
    return Preview(reader=reader, mail=mail, shown=render(mail, language), example=example)


_Made = tuple[Mail, bool] | None


def _week(gathering: Gathering) -> Situation:
    return gathering.situation(since=gathering.today - timedelta(days=7))


def _weekly(gathering: Gathering, reader: Reader) -> _Made:
    mail = weekly(_week(gathering), reader, due=gathering.today)
    return None if mail is None else (mail, False)


def _quiet(gathering: Gathering, reader: Reader) -> _Made:
    calm = replace(_week(gathering), jobs=())
    return quiet(calm, reader, due=gathering.today, weeks=QUIET_WEEKS), True


def _monthly(gathering: Gathering, reader: Reader) -> _Made:
    month_ago = gathering.today - timedelta(days=28)
    mail = monthly(gathering.situation(since=month_ago, months=True), reader, due=gathering.today)
    return None if mail is None else (mail, False)


def _decision(gathering: Gathering, reader: Reader) -> _Made:
    situation = _week(gathering)
    first = next(iter(waiting(situation, reader)), None)
    if first is not None:
        return decision(situation, reader, first, again=False), False
    last = gathering.last_decision
    if last is None or not reader.decides or not (reader.whole or last.units == {reader.unit}):
        return None
    supposed = replace(last, expires=situation.now + timedelta(days=2))
    return decision(situation, reader, supposed, again=False), True


def _stalled(gathering: Gathering, reader: Reader) -> _Made:
    situation = _week(gathering)
    standing = next((j for j in situation.jobs if j.stalled), None)
    if standing is not None:
        return stalled(situation, reader, standing), False
    job = next(iter(situation.jobs), None)
    if job is None:
        return None
    supposed = replace(
        job,
        failures=3,
        failing_since=situation.now - timedelta(hours=13),
        why=say("The server does not answer."),
        stalled=situation.now,
    )
    return stalled(situation, reader, supposed), True


def _after_meeting(gathering: Gathering, reader: Reader) -> _Made:
    if reader.whole:
        return None
    yesterday = gathering.today - timedelta(days=1)
    meeting = Meeting(event=0, unit=reader.unit, day=yesterday)
    return after_meeting(_week(gathering), reader, meeting), True


def _day_after(gathering: Gathering, reader: Reader) -> _Made:
    mail = None if reader.whole else day_after(_week(gathering), reader)
    return None if mail is None else (mail, False)


def _result(gathering: Gathering, reader: Reader) -> _Made:
    known = gathering.known
    runs = ledger.runs(known.store, district=known.district, limit=50)
    over = [run for run in runs if run.finished is not None]
    found = next((run for run in over if run.asked_by is not None), None) or next(iter(over), None)
    return None if found is None else (result(ended(found, known), reader), found.asked_by is None)


_MAKE = {
    MailKind.WEEKLY: _weekly,
    MailKind.QUIET: _quiet,
    MailKind.MONTHLY: _monthly,
    MailKind.DECISION: _decision,
    MailKind.STALLED: _stalled,
    MailKind.AFTER_MEETING: _after_meeting,
    MailKind.DAY_AFTER: _day_after,
    MailKind.RESULT: _result,
}
