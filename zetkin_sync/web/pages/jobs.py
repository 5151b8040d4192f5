"""Jobs: what runs when, in words; paused and resumed as two verbs, never a switch that two people cross."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from zetkin_sync.configuration import JobEntry
from zetkin_sync.configuration.schedule import WEEKDAYS
from zetkin_sync.due import next_due
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records import PAUSE, STOP, Control, Run
from zetkin_sync.reports.words import RUN_STATES, job_name
from zetkin_sync.store import controls, ledger
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import Column, Filters, Kind, Listing
from zetkin_sync.web.pages.runs import module_of
from zetkin_sync.web.refusals import not_found
from zetkin_sync.web.rendering import page, redirect
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

_DAYS: dict[str, Message] = {
    "mon": say("Mondays"),
    "tue": say("Tuesdays"),
    "wed": say("Wednesdays"),
    "thu": say("Thursdays"),
    "fri": say("Fridays"),
    "sat": say("Saturdays"),
    "sun": say("Sundays"),
}
MOST_DAYS = 60


def when(view: View, entry: JobEntry) -> Message:
    """A job's schedule in words."""
    if entry.every_minutes is not None:
        return say_n("every {n} minute", "every {n} minutes", entry.every_minutes)
    if entry.at:
        times = view.language.joined([f"{t:%H:%M}" for t in entry.times])
        if set(entry.days) == set(WEEKDAYS):
            return say("every day at {times}", times=times)
        days = view.language.joined([view.say(_DAYS[d]) for d in WEEKDAYS if d in entry.days])
        return say("{days} at {times}", days=days, times=times)
    if entry.after:
        first = view.language.joined([view.say(job_name(module_of(view, j))) for j in entry.after])
        return say("when this is done: {jobs}", jobs=first)
    return say("only when somebody asks")


def _entries(view: View) -> Iterator[tuple[str, JobEntry, Control | None, Run | None]]:
    switches = {c.name: c for c in controls.switches(view.store, district=view.district)}
    for name, entry in view.configuration.schedule.jobs.items():
        last = next(iter(ledger.runs(view.store, district=view.district, job=name, limit=1)), None)
        yield name, entry, switches.get(f"{PAUSE}{name}"), last


def _rows(view: View, _asked: Filters) -> Iterator[Sequence[Any]]:
    zone = view.configuration.district.zone
    for name, entry, paused, last in _entries(view):
        yield (
            job_name(module_of(view, name)),
            when(view, entry),
            None if paused else next_due(entry, zone, view.now),
            last and (last.finished or last.started or last.due),
            last and RUN_STATES[last.state],
            paused and view.named(paused.who),
            paused and paused.until,
        )


LISTING = Listing(
    name="jobs",
    title=say("Jobs"),
    columns=(
        Column("job", say("Job")),
        Column("when", say("When")),
        Column("next", say("Next"), Kind.MOMENT),
        Column("last", say("Last"), Kind.MOMENT),
        Column("state", say("How it went")),
        Column("paused_by", say("Paused by")),
        Column("until", say("Until"), Kind.MOMENT),
    ),
    rows=_rows,
)
LISTINGS = (LISTING,)


@router.get("/jobs")
def jobs(view: Viewed) -> Response:
    """Every job: when it runs, how it went, whether somebody has paused it."""
    zone = view.configuration.district.zone
    found = [
        {
            "name": name,
            "words": job_name(module_of(view, name)),
            "when": when(view, entry),
            "next": next_due(entry, zone, view.now),
            "paused": paused,
            "last": last,
            "state": last and RUN_STATES[last.state],
        }
        for name, entry, paused, last in _entries(view)
    ]
    stopped = controls.switch(view.store, district=view.district, name=STOP)
    return page(view, "jobs.html.j2", jobs=found, listing=LISTING, stopped=stopped, most_days=MOST_DAYS)


@router.post("/jobs/{job}/pause")
def pause(
    view: Viewed,
    job: str,
    why: Annotated[str, Form(min_length=1, max_length=300)],
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = 7,
) -> Response:
    """Pause a job: for a reason, until a day, by name. Pausing it again sets the day and the reason anew."""
    until = view.now + timedelta(days=days)
    _known(view, job)
    controls.turn_on(
        view.store,
        district=view.district,
        name=f"{PAUSE}{job}",
        who=view.me.who,
        why=why.strip(),
        until=until,
    )
    note(view, "paused", job=job, subject=f"job:{job}")
    words = job_name(module_of(view, job))
    return redirect(view, "/jobs", say("{job} is paused until {when}.", job=words, when=until))


@router.post("/jobs/{job}/resume")
def resume(view: Viewed, job: str) -> Response:
    """Let a job run again."""
    _known(view, job)
    words = job_name(module_of(view, job))
    if not controls.turn_off(view.store, district=view.district, name=f"{PAUSE}{job}"):
        return redirect(view, "/jobs", say("{job} was not paused.", job=words))
    note(view, "resumed", job=job, subject=f"job:{job}")
    return redirect(view, "/jobs", say("{job} runs again.", job=words))


@router.post("/stop")
def stop_all(view: Viewed, why: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Stop everything that goes outside: nothing more is sent or changed, from the next request on."""
    controls.turn_on(view.store, district=view.district, name=STOP, who=view.me.who, why=why.strip() or None)
    note(view, "stopped", subject="switch:stop")
    return redirect(
        view, "/jobs", say("All sending is stopped. What Zetkin is to send later is taken back in Zetkin.")
    )


@router.post("/start")
def start_all(view: Viewed) -> Response:
    """Let things be sent again."""
    controls.turn_off(view.store, district=view.district, name=STOP)
    note(view, "started", subject="switch:stop")
    return redirect(view, "/jobs", say("Sending is on again."))


def _known(view: View, job: str) -> None:
    if job not in view.configuration.schedule.jobs:
        raise not_found()
