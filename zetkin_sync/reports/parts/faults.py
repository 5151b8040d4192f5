"""What stands still, and which figures are old because of it."""

from __future__ import annotations

from collections.abc import Sequence

from zetkin_sync.language import Message, say, say_n
from zetkin_sync.reports.content import Fault, Faults, Link, titled
from zetkin_sync.reports.readers import TECHNICAL, Reader
from zetkin_sync.reports.situation import JobStanding, Situation, Unread
from zetkin_sync.reports.words import OLD, listed

NAMED = 10


def faults(situation: Situation, reader: Reader) -> Faults | None:
    """What stands still, and which figures are old because of it."""
    items = [job_fault(job, reader) for job in situation.jobs if job.failures or job.stalled]
    reading = any(job.job == "pull_zetkin" and job.failures for job in situation.jobs)
    hidden = {situation.district.id} if reading else set()
    lists = [u for u in situation.unread if u.unit not in hidden and (reader.whole or u.unit == reader.unit)]
    items += _unread_faults(lists, reader)
    reach = situation.reach.get(situation.district.id)
    if reach and reader.whole:
        items += [
            Fault(
                what=each, link=Link(label=say("See reachability"), address=reader.pages.reach(reader.unit))
            )
            for each in reach.ours
        ]
    if not items:
        return None
    return Faults(heading=say("What stands still ({n})", n=len(items)), items=tuple(items))


def job_fault(job: JobStanding, reader: Reader) -> Fault:
    """A job that fails or is late, in words, with what is old because of it."""
    if job.failures:
        what = say("{job} has not worked since {when}.", job=job.what, when=job.failing_since)
    else:
        what = say("{job} has not been done since {when}.", job=job.what, when=job.last_well)
    details = [plainly(job.why, reader)] if job.why is not None else []
    old = OLD.get(job.job)
    if old is not None and job.last_well is not None:
        details.append(Message(old.text, say("{when}", when=job.last_well).values))
    elif old is not None:
        details.append(say("It has never worked yet."))
    if job.waiting:
        details.append(say("Waiting for it: {jobs}.", jobs=listed(job.waiting)))
    if job.stalled and reader.role != TECHNICAL:
        details.append(say("The technical contact has been told."))
    link = None if job.run is None else Link(label=say("See the run"), address=reader.pages.run(job.run))
    return Fault(what=what, details=tuple(details), link=link)


def _unread_faults(unread: Sequence[Unread], reader: Reader) -> list[Fault]:
    """One for each association, but those with one reason together."""
    together: dict[str, list[Unread]] = {}
    for each in unread:
        together.setdefault(plainly(each.why, reader).text, []).append(each)
    items = []
    for some in together.values():
        why = plainly(some[0].why, reader)
        if len(some) == 1:
            items.append(_unread_fault(some[0], why))
            continue
        names = [say("{title}", title=titled(u.title, length=40)) for u in some[:NAMED]]
        if len(some) > NAMED:
            names.append(say_n("{n} more", "{n} more", len(some) - NAMED))
        items.append(
            Fault(
                what=say_n(
                    "{n} association could not be read from Zetkin.",
                    "{n} associations could not be read from Zetkin.",
                    len(some),
                ),
                details=(
                    say("{names}.", names=listed(names)),
                    why,
                    say("Their figures are from when they were last read, or unknown."),
                ),
                link=Link(label=say("See the runs"), address=reader.pages.runs),
            )
        )
    return items


def plainly(why: Message, reader: Reader) -> Message:
    """Why, in the reader's words: which of Zetkin's addresses it was is for the technical contact."""
    if "endpoint" in why.values and reader.role != TECHNICAL:
        return say("Zetkin did not give us what we asked for. The technical contact has the details.")
    return why


def _unread_fault(unread: Unread, why: Message) -> Fault:
    read = (
        say("Its figures are from {when}.", when=unread.read)
        if unread.read
        else say("It has never been read whole, so its figures are unknown.")
    )
    return Fault(
        what=say("{title} could not be read from Zetkin.", title=titled(unread.title)),
        details=(why, read),
    )
