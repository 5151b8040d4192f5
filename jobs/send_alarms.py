"""Tell the technical contact and the office what is wrong with the service: once, then daily, and once when it is well again.

What is wrong is a job that stands still, or anything that `vitals.alarms` finds; alarms of one kind come in one mail.
An alarm goes at least once: what nobody knows whether it arrived is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from zetkin_sync.context import Context, Outcome
from zetkin_sync.mail.readers import Addressee, addressees
from zetkin_sync.mail.running import Running
from zetkin_sync.records import Mailing, MailKind, MailState
from zetkin_sync.reports.content import Mail
from zetkin_sync.reports.kinds import alarm, stalled
from zetkin_sync.reports.readers import Reader
from zetkin_sync.reports.situation import JobStanding, Situation
from zetkin_sync.store import mailings
from zetkin_sync.store.mailings import Once
from zetkin_sync.vitals import read_vitals
from zetkin_sync.vitals.alarms import Alarm, alarms

DAILY = timedelta(days=1)
WELL = "well"
REMEMBERED = timedelta(days=90)
_STAMP = "%Y%m%dT%H%M%S"


def run(context: Context) -> Outcome:
    """Options: `per_minute`."""
    running = Running.begun(context)
    post = Post(running, running.gathering.alarm())
    for job in post.situation.jobs:
        post.about_job(job)
    mine = [a for a in _found(context) if a.district in (None, context.configuration.root)]
    for kind in alarm.TITLES:
        post.about(kind, [a for a in mine if a.name.partition(":")[0] == kind])
    return running.outcome()


def _found(context: Context) -> list[Alarm]:
    return alarms(read_vitals(context.store, (context.configuration,), settings=context.settings))


class Post:
    """Who is to be told, and what they were told before."""

    def __init__(self, running: Running, situation: Situation) -> None:
        self.situation = situation
        self.delivery = running.delivery
        self.readers = list(addressees(running.known, MailKind.STALLED))
        self.earlier = mailings.mailings(
            running.known.store,
            district=running.known.district,
            kind=MailKind.STALLED,
            since=situation.now - REMEMBERED,
            limit=1000,
        )

    def about_job(self, job: JobStanding) -> None:
        """A job that stands still, or works again."""
        for to in self.readers:
            if job.stalled is not None:
                self._say(
                    to, job.job, job.episode, job.stalled, stalled.stalled(self.situation, to.reader, job)
                )
            elif not job.failures:
                self._over(to, job.job, lambda reader: stalled.well_again(self.situation, reader, job))

    def about(self, kind: str, found: list[Alarm]) -> None:
        """Alarms of one kind, or that there are none any more."""
        name = f"alarm.{kind}"
        for to in self.readers:
            if found:
                episode = told(to, name, self.earlier) or f"{self.situation.now:{_STAMP}}"
                since = datetime.strptime(episode, _STAMP).replace(tzinfo=self.situation.now.tzinfo)
                items = [alarm.Raised(a.since, a.what, a.do) for a in found]
                self._say(to, name, episode, since, alarm.raised(self.situation, to.reader, kind, items))
            else:
                self._over(to, name, lambda reader: alarm.well_again(self.situation, reader, kind))

    def _say(self, to: Addressee, name: str, episode: str, since: datetime, mail: Mail) -> None:
        day = (self.situation.now - since) // DAILY
        self._send(to, slot(name, episode, str(day)), mail)

    def _over(self, to: Addressee, name: str, mail: Callable[[Reader], Mail]) -> None:
        episode = told(to, name, self.earlier)
        if episode is not None:
            self._send(to, slot(name, episode, WELL), mail(to.reader))

    def _send(self, to: Addressee, slot: str, mail: Mail) -> None:
        self.delivery.send(to, MailKind.STALLED, slot, mail, once=Once.AT_LEAST)


def slot(name: str, episode: str, day: str) -> str:
    """The slot of an alarm: what it is about, the stretch that it lasts, and the day of it or that it is over."""
    return f"{name}:{episode}:{day}"


def told(to: Addressee, name: str, earlier: Iterable[Mailing]) -> str | None:
    """The stretch that this reader was told of and not yet that it is over; None when there is none."""
    for row in earlier:  # newest first
        about, episode, day = row.slot.rsplit(":", 2)
        mine = row.recipient == to.identity and row.role == to.reader.role and row.unit == to.reader.unit
        if mine and about == name and row.state in (MailState.SENT, MailState.PARKED):
            return None if day == WELL and row.state == MailState.SENT else episode
    return None
