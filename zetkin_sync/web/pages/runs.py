"""Runs: start one now, watch it, stop it, see what earlier ones came to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from zetkin_sync.configuration import Role
from zetkin_sync.language import from_json, say
from zetkin_sync.records import Mirror, Run, RunState
from zetkin_sync.reports.counts import count_name
from zetkin_sync.reports.words import RUN_STATES, job_name
from zetkin_sync.store import controls, ledger, upkeep
from zetkin_sync.web.journal import note
from zetkin_sync.web.listing import Column, Filters, Kind, Linked, Listing
from zetkin_sync.web.refusals import Refusal, not_found
from zetkin_sync.web.rendering import page, part, redirect
from zetkin_sync.web.view import View, Viewed

router = APIRouter()

SHOWN = 40
_LOOK = 1.0  # seconds between two looks at a run that is watched
_SETTLE = 2.0  # seconds that a browser has to show the end
_WATCHED = 900  # looks before the browser is to connect anew
COUNTED = ("new", "changed", "gone")
_LISTS = frozenset(record.mirrored.resource for record in Mirror.__subclasses__())


class RunFilters(Filters):
    """Which runs."""

    job: str | None = Field(None, max_length=60)
    before: int | None = Field(None, ge=1, le=2**53)


def _rows(view: View, asked: RunFilters) -> Iterator[Sequence[Any]]:
    for run in ledger.runs(
        view.store, district=view.district, job=asked.job, before=asked.before, limit=10_000
    ):
        yield _cells(view, run)


def _cells(view: View, run: Run) -> Sequence[Any]:
    counts = json.loads(run.counts)
    first = next(iter(ledger.notes_of(run)), None)
    return (
        Linked(run.id, f"/runs/{run.id}"),
        job_name(module_of(view, run.job)),
        run.started or run.due,
        view.named(run.asked_by),
        RUN_STATES[run.state],
        _read(counts),
        *(counts.get(name) for name in COUNTED),
        first,
    )


def _read(counts: Mapping[str, int]) -> int | None:
    """How many rows were read, of all lists together; None for a job that reads none."""
    found = [n for name, n in counts.items() if name in _LISTS]
    return sum(found) if found else counts.get("read")


LISTING = Listing(
    name="runs",
    title=say("Runs"),
    columns=(
        Column("run", say("No."), Kind.NUMBER),
        Column("job", say("Job")),
        Column("started", say("Started"), Kind.MOMENT),
        Column("by", say("By")),
        Column("state", say("State")),
        Column("read", say("Read"), Kind.NUMBER),
        Column("new", say("New"), Kind.NUMBER),
        Column("changed", say("Changed"), Kind.NUMBER),
        Column("gone", say("Gone"), Kind.NUMBER),
        Column("note", say("What")),
    ),
    rows=_rows,
    filters=RunFilters,
)
LISTINGS = (LISTING,)


def module_of(view: View, job: str) -> str:
    """The module that a job's words are known by."""
    entry = view.configuration.schedule.jobs.get(job)
    return (entry.module if entry else None) or job


@router.get("/runs")
def runs(view: Viewed, asked: Annotated[RunFilters, Query()]) -> Response:
    """The newest runs, and a button for each job."""
    found = ledger.runs(
        view.store, district=view.district, job=asked.job, before=asked.before, limit=SHOWN + 1
    )
    jobs = view.configuration.schedule.jobs
    return page(
        view,
        "runs.html.j2",
        listing=LISTING,
        rows=[_cells(view, run) for run in found[:SHOWN]],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        asked=asked,
        live=[run for run in found if not ledger.is_finished(run)],
        states=RUN_STATES,
        jobs=[(name, job_name(module_of(view, name))) for name in jobs],
        paused={job for district, job in controls.paused_jobs(view.store) if district == view.district},
    )


@router.post("/runs")
def run_now(
    view: Viewed,
    job: Annotated[str, Form(max_length=60)],
    request: Annotated[str, Form(pattern=r"^[A-Za-z0-9_-]{8,60}$")],
) -> Response:
    """Ask for a run, which is about the whole district. The form has a number of its own, so pressing twice asks once."""
    if job not in view.configuration.schedule.jobs:
        raise not_found()
    number = ledger.enqueue(
        view.store,
        district=view.district,
        job=job,
        organization=view.district,
        slot=f"request-{request}",
        asked_by=view.me.who,
        waits_for=view.configuration.schedule.goes_first(job),
    )
    if number is None:
        earlier = ledger.of_slot(view.store, district=view.district, job=job, slot=f"request-{request}")
        return redirect(
            view, "/runs" if earlier is None else f"/runs/{earlier.id}", say("It had been asked for already.")
        )
    note(view, "asked", job=job, run=number)
    return redirect(view, f"/runs/{number}")


@router.get("/runs/{number}")
def run(view: Viewed, number: int) -> Response:
    """One run: how far it is, what it came to, what went wrong."""
    found = _run(view, number)
    return page(view, "run.html.j2", **_facts(view, found))


@router.get("/runs/{number}/watch", response_class=EventSourceResponse)
async def watch(view: Viewed, number: int) -> AsyncIterator[ServerSentEvent]:
    """The progress part of the page, anew whenever it changes; `done` when the run is over."""
    last = None
    for _ in range(_WATCHED):
        found = await run_in_threadpool(ledger.run_of, view.store, number)
        if found is None or found.district != view.district:
            return
        seen = (found.state, found.done, found.total, found.step, found.fence)
        if seen != last:
            last = seen
            facts = await run_in_threadpool(_facts, view, found)
            yield ServerSentEvent(
                raw_data=part(view, "_progress.html.j2", **facts), id=f"{found.fence}-{found.done}"
            )
        if ledger.is_finished(found):
            await asyncio.sleep(
                _SETTLE
            )  # `done` closes the stream, also before the browser has shown the last part
            yield ServerSentEvent(raw_data=".", event="done")
            return
        await asyncio.sleep(_LOOK)


@router.post("/runs/{number}/stop")
def stop(view: Viewed, number: int) -> Response:
    """End a run that waits or is under way."""
    found = _run(view, number)
    if not upkeep.stop(view.store, number, who=view.me.who):
        raise Refusal(
            409, say("The run is over; there was nothing to stop."), say("Look at what it came to.")
        )
    note(view, "stopped", job=found.job, run=number)
    return redirect(view, f"/runs/{number}", say("The run was stopped."))


def _run(view: View, number: int) -> Run:
    found = ledger.run_of(view.store, number) if number < 2**53 else None
    if found is None or found.district != view.district:
        raise not_found()
    return found


def _facts(view: View, found: Run) -> dict[str, Any]:
    return {
        "run": found,
        "title": job_name(module_of(view, found.job)),
        "state": RUN_STATES[found.state],
        "finished": ledger.is_finished(found),
        "step": from_json(found.step) if found.step else None,
        "position": None if found.state != RunState.QUEUED else ledger.position(view.store, found),
        "who": view.named(found.asked_by),
        "notes": ledger.notes_of(found),
        "counts": _counted(view, json.loads(found.counts)),
        "may_stop": view.may(Role.TRIGGER),
    }


def _counted(view: View, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What a run came to, in the viewer's words."""
    actions, _ = view.installation.bound(view.district)
    titles = {name: action.title for name, action in actions.items()}
    return sorted((view.say(count_name(name, titles)), n) for name, n in counts.items())
