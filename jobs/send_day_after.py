"""Ask an association, the day after its events, who came: where nobody has noted it in Zetkin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.mail.readers import addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import MailKind
from zetkin_sync.reports.kinds.day_after import day_after


def run(context: Context) -> Outcome:
    """Yesterday's events. Options: `per_minute`."""
    running = Running.begun(context)
    gathering = running.gathering
    yesterday = gathering.today - timedelta(days=1)
    situation = gathering.situation(since=gathering.today)
    situation = replace(situation, gaps=tuple(g for g in situation.gaps if g.starts.date() == yesterday))
    for to in addressees(running.known, MailKind.DAY_AFTER):
        mail = None if to.reader.whole else day_after(situation, to.reader)
        if mail is not None:
            running.go_on()
            running.delivery.send(to, MailKind.DAY_AFTER, f"{yesterday}", mail)
    return running.outcome()
