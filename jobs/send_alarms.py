"""Tell the technical contact and the office that a job stands still: once, then daily, and once when it works again.

An alarm goes at least once: what nobody knows whether it arrived is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.mail.readers import Addressee, addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import Mailing, MailKind, MailState
from zetkin_sync.reports.kinds.stalled import stalled, well_again
from zetkin_sync.reports.situation import JobStanding
from zetkin_sync.store import mailings
from zetkin_sync.store.mailings import Once

DAILY = timedelta(days=1)
WELL = "well"
REMEMBERED = timedelta(days=90)


def run(context: Context) -> Outcome:
    """Options: `per_minute`."""
    running = Running.begun(context)
    readers = list(addressees(running.known, MailKind.STALLED))
    earlier = mailings.mailings(
        running.known.store,
        district=running.known.district,
        kind=MailKind.STALLED,
        since=running.gathering.now - REMEMBERED,
        limit=1000,
    )
    situation = running.gathering.alarm()
    for job in situation.jobs:
        for to in readers:
            if job.stalled is not None:
                day = (situation.now - job.stalled) // DAILY
                running.delivery.send(
                    to,
                    MailKind.STALLED,
                    slot(job.job, job.episode, str(day)),
                    stalled(situation, to.reader, job),
                    once=Once.AT_LEAST,
                )
            elif not job.failures:
                episode = told(to, job, earlier)
                if episode is not None:
                    running.delivery.send(
                        to,
                        MailKind.STALLED,
                        slot(job.job, episode, WELL),
                        well_again(situation, to.reader, job),
                        once=Once.AT_LEAST,
                    )
    return running.outcome()


def slot(job: str, episode: str, day: str) -> str:
    """The slot of an alarm: the job, the stretch it stands still, and the day of it or that it is over."""
    return f"{job}:{episode}:{day}"


def told(to: Addressee, job: JobStanding, earlier: Iterable[Mailing]) -> str | None:
    """The stretch that this reader was told of and not yet that it is over; None when there is none."""
    for row in earlier:  # newest first
        name, episode, day = row.slot.rsplit(":", 2)
        mine = row.recipient == to.identity and row.role == to.reader.role and row.unit == to.reader.unit
        if mine and name == job.job and row.state in (MailState.SENT, MailState.PARKED):
            return None if day == WELL and row.state == MailState.SENT else episode
    return None
