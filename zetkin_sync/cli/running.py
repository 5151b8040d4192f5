"""`sync`, `run`, `runs`: do a job now, keep the service going, see what was done."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from typing import Annotated, Any

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, opened_store, who
from zetkin_sync.engine import DRAIN, serve
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say
from zetkin_sync.live import Live
from zetkin_sync.records import Run, RunState
from zetkin_sync.reports.counts import count_name
from zetkin_sync.reports.words import RUN_STATES, job_name
from zetkin_sync.runner import LEASE, Installation, Watch, carry, owner_name
from zetkin_sync.settings import read_settings
from zetkin_sync.store import claims, ledger, upkeep

_EXIT = {RunState.OK: printing.OK, RunState.PARTIAL: printing.PARTIAL, RunState.SKIPPED: printing.OK}
_SAY = printing.say

District = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))]


def sync(
    job: Annotated[str, typer.Argument(help=_SAY("Which job, as in schedule.toml."))],
    district: District = None,
    accept_absence: Annotated[
        list[int] | None,
        typer.Option(
            "--accept-absence", help=_SAY("An organization whose shrunken lists you have checked in Zetkin.")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Do one job now and show how it goes."""
    with opened() as installation:
        configuration = district_of(installation, district)
        if job not in configuration.schedule.jobs:
            raise ConfigError(
                say("There is no job {job}.", job=job),
                say("There are: {names}.", names=", ".join(sorted(configuration.schedule.jobs))),
            )
        options = {"accept_absence": accept_absence} if accept_absence else {}
        with printing.progress_bar(shown=not as_json) as watch:
            run = run_now(installation, district=configuration.root, job=job, options=options, watch=watch)
        show_run(run, as_json=as_json)
        raise typer.Exit(_EXIT.get(RunState(run.state), printing.FAILED))


def run_now(
    installation: Installation,
    *,
    district: int,
    job: str,
    options: dict[str, Any] | None = None,
    watch: Watch | None = None,
) -> Run:
    """Ask for a run and carry it here, or watch whoever took it. Returns the finished run.

    What goes first and lies in the queue is carried here too: where no service runs nobody else would, and a
    command that was killed leaves its run there.
    """
    store = installation.store
    run = ledger.enqueue(
        store,
        district=district,
        job=job,
        organization=district,
        slot=f"request-{uuid.uuid4()}",
        asked_by=who(),
        options=options,
        waits_for=installation.of(district).schedule.goes_first(job),
    )
    assert run is not None
    try:
        while True:
            upkeep.look_after(store)  # perhaps nobody else is there to do it
            claim = claims.claim(store, owner=owner_name(), lease=LEASE, run=run)
            if claim is not None:
                carry(installation, claim, watch=watch)
            found = ledger.run_of(store, run)
            assert found is not None
            if ledger.is_finished(found):
                return found
            if _carried_first(installation, found, watch):
                continue
            if watch is not None:
                watch(say("Waiting for another run of this organization"), found.done, found.total)
            time.sleep(0.5)
    except KeyboardInterrupt:
        upkeep.stop(store, run, who=who())
        raise


def _carried_first(installation: Installation, run: Run, watch: Watch | None) -> bool:
    """Carry one run that this one waits for, if there is one that nobody carries."""
    store = installation.store
    for first in ledger.going_first(store, run):
        claim = claims.claim(store, owner=owner_name(), lease=LEASE, run=first)
        if claim is not None:
            carry(installation, claim, watch=watch)
            return True
    return False


def show_run(run: Run, *, as_json: bool = False) -> None:
    """One run and what it came to."""
    counts, notes = json.loads(run.counts), ledger.notes_of(run)
    if as_json:
        printing.print_json(as_dict(run))
        return
    printing.line(
        say("{job}: {state}", job=job_name(run.job), state=RUN_STATES[run.state]),
        style={"ok": "green", "partial": "yellow", "failed": "bold red"}.get(run.state),
    )
    if counts:
        rows = sorted((printing.say(count_name(name, {})), n) for name, n in counts.items())
        printing.table([say("What"), say("How many")], rows, numbers=[1])
    for note in notes:
        printing.line(f"  • {printing.say(note)}")


def as_dict(run: Run) -> dict[str, Any]:
    """A run for programs."""
    return {
        **run.model_dump(exclude={"counts", "notes", "options", "step"}),
        "counts": json.loads(run.counts),
        "notes": [printing.say(n) for n in ledger.notes_of(run)],
    }


def runs(
    job: Annotated[str | None, typer.Argument(help=_SAY("Only this job."))] = None,
    limit: Annotated[int, typer.Option(help=_SAY("How many."))] = 20,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """The newest runs: when, how they ended, what they came to."""
    with opened() as installation:
        configuration = district_of(installation, district)
        found = ledger.runs(installation.store, district=configuration.root, job=job, limit=limit)
        if as_json:
            printing.print_json([as_dict(run) for run in found])
            return
        clock = printing.language
        clock.zone = configuration.district.zone
        printing.table(
            [say("No."), say("Job"), say("Due"), say("By"), say("State"), say("What")],
            (
                (
                    str(r.id),
                    r.job,
                    clock.moment(r.due),
                    r.asked_by or say("clock"),
                    RUN_STATES[r.state],
                    "; ".join(printing.say(n) for n in ledger.notes_of(r)[:1]),
                )
                for r in found
            ),
        )


def run_service(
    roles: Annotated[str, typer.Option(help=_SAY("clock, worker, or both with a comma."))] = "clock,worker",
    workers: Annotated[int, typer.Option(min=1, max=32, help=_SAY("Threads that carry runs."))] = 1,
    drain: Annotated[
        float,
        typer.Option(
            min=0, help=_SAY("Seconds that runs under way may take when the service is told to stop.")
        ),
    ] = DRAIN,
) -> None:
    """Keep the service going until it is told to stop."""
    wanted = {r.strip() for r in roles.split(",") if r.strip()}
    unknown = wanted - {"clock", "worker"}
    if unknown or not wanted:
        raise ConfigError(
            say("“{roles}” are not roles.", roles=roles), say("clock, worker, or both with a comma")
        )
    settings = read_settings()
    with opened_store(settings) as store:
        ended = serve(Live(settings, store), wanted, workers=workers, drain=drain)
    if not ended.clean:  # the thread of a job that never returned would keep the process for ever
        sys.stderr.flush()
        os._exit(ended.code)
    raise typer.Exit(ended.code)
