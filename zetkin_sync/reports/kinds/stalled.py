"""A job stands still: what, since when, which figures are old, what to do; and once when it works again."""

from __future__ import annotations

from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records.mail import MailKind
from zetkin_sync.reports.content import Fault, Faults, Link, Mail, Subject, Text
from zetkin_sync.reports.kinds.weekly import change, stop
from zetkin_sync.reports.parts.faults import job_fault
from zetkin_sync.reports.readers import TECHNICAL, Reader
from zetkin_sync.reports.situation import JobStanding, Situation


def stalled(situation: Situation, reader: Reader, job: JobStanding) -> Mail:
    """The alarm about one job, the same every day until it works again."""
    fault = job_fault(job, reader)
    return Mail(
        kind=MailKind.STALLED,
        subject=Subject(
            title=job.what,
            figure=say(
                "stands still since {when}", when=job.failing_since if job.failures else job.last_well
            ),
        ),
        heading=say("{job} stands still", job=job.what),
        intro=(_how_long(job),),
        sections=(
            Faults(heading=say("What has happened"), items=(fault,)),
            Text(
                heading=say("What to do"),
                paragraphs=_advice(job, reader),
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


def well_again(situation: Situation, reader: Reader, job: JobStanding) -> Mail:
    """The job that stood still works."""
    what = say("{job} works again since {when}.", job=job.what, when=job.last_well)
    return Mail(
        kind=MailKind.STALLED,
        subject=Subject(title=job.what, figure=say("works again")),
        heading=say("{job} works again", job=job.what),
        intro=(say("Nothing needs to be done. What was missed has been caught up, or is at the next run."),),
        sections=(
            Faults(
                heading=say("What has happened"),
                items=(
                    Fault(
                        what=what,
                        details=(say("The figures are up to date from then on."),),
                        mended=True,
                        link=None
                        if job.run is None
                        else Link(label=say("See the run"), address=reader.pages.run(job.run)),
                    ),
                ),
            ),
        ),
        sources=situation.sources.get(situation.district.id, ()),
        why_you=say(
            "You get this mail as {role}: once, then daily, and when it works again.", role=reader.title
        ),
        stop=stop(reader),
        change=change(reader),
    )


def _how_long(job: JobStanding) -> Message:
    if job.failures:
        return say_n("It has failed {n} time in a row.", "It has failed {n} times in a row.", job.failures)
    hours = round(job.oldest.total_seconds() / 3600)
    return say_n(
        "It should be done at least every {n} hour, and it has not even been tried.",
        "It should be done at least every {n} hours, and it has not even been tried.",
        hours,
    )


def _advice(job: JobStanding, reader: Reader) -> tuple[Message, ...]:
    if reader.role != TECHNICAL:
        return (
            say("You need not do anything: the technical contact has got this mail too."),
            say("Nothing is lost meanwhile: the last good figures stand, with their date."),
        )
    if not job.failures:
        return (
            say("See that the service runs: `zetkin-sync runs` on its machine shows what was done last."),
            say("Then start the job by hand with `zetkin-sync sync {job}`.", job=job.job),
        )
    return (
        say(
            "The run says exactly what went wrong. Mend that, and start the job by hand on the page or with `zetkin-sync sync {job}`.",
            job=job.job,
        ),
        say("Nothing is lost meanwhile: the last good figures stand, with their date."),
    )
