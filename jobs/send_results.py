"""Tell who asked for a run what it came to: once, when it is over. Runs that the clock began are told to nobody."""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.mail.results import asker, ended
from zetkin_sync.mail.running import Running
from zetkin_sync.records import MailKind
from zetkin_sync.reports.kinds.result import result
from zetkin_sync.store import ledger

LATELY = timedelta(days=1)


def run(context: Context) -> Outcome:
    """Options: `per_minute`."""
    running = Running.begun(context)
    since = context.now() - LATELY
    for each in ledger.asked_and_ended(context.store, district=context.district, since=since):
        to = asker(each.asked_by or "", running.known)
        if to is not None:
            running.go_on()
            mail = result(ended(each, running.known), to.reader)
            running.delivery.send(to, MailKind.RESULT, f"run-{each.id}", mail)
    return running.outcome()
