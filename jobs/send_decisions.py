"""Tell those who may decide that a proposal waits: once when it is made, and once more a day before it expires."""

from __future__ import annotations

from datetime import timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.mail.readers import addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import MailKind
from zetkin_sync.reports.kinds.decision import decision
from zetkin_sync.reports.parts.tasks import waiting
from zetkin_sync.store import mailings

SOON = timedelta(hours=24)


def run(context: Context) -> Outcome:
    """Options: `per_minute`."""
    running = Running.begun(context)
    if not running.gathering.decisions:
        return running.outcome()
    situation = running.gathering.situation(since=running.gathering.today)
    for to in addressees(running.known, MailKind.DECISION):
        for found in waiting(situation, to.reader):
            running.go_on()
            slot = f"plan-{found.plan}"
            # one that was short-lived from the start is not told of twice in a row
            soon = found.expires - situation.now <= SOON and found.expires - found.created > SOON
            first = running.delivery.row(to, MailKind.DECISION, slot)
            again = soon and mailings.is_settled(running.known.store, first)
            mail = decision(situation, to.reader, found, again=again)
            running.delivery.send(to, MailKind.DECISION, f"{slot}-again" if again else slot, mail)
    return running.outcome()
