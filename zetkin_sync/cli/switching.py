"""`stop`, `go`, `pause`, `resume`: the switches that every process obeys at once."""

from __future__ import annotations

from typing import Annotated

import typer

from zetkin_sync import sending
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.cli.running import District
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say, say_n
from zetkin_sync.records import EVERY_DISTRICT, PAUSE, STOP
from zetkin_sync.runner import Installation
from zetkin_sync.store import controls

_SAY = printing.say
Why = Annotated[str | None, typer.Option("--why", help=_SAY("The reason; others see it."))]
Job = Annotated[str, typer.Argument(help=_SAY("Which job, as in schedule.toml."))]


def stop(why: Why = None, district: District = None) -> None:
    """Stop all sending and every change in Zetkin, of one district or of all."""
    with opened() as installation:
        root = None if district is None else district_of(installation, district).root
        carried = sending.stop(installation, district=root, who=who(), why=why)
    printing.line(say("Everything is stopped; no write begins from now on."), style="bold red")
    taken, left = carried.counts["cancelled"], carried.counts["not_confirmed"]
    if taken:
        printing.line(
            say_n("{n} scheduled message is taken back.", "{n} scheduled messages are taken back.", n=taken)
        )
    if left:
        printing.line(
            say_n(
                "{n} is not confirmed as taken back; it is tried again at every run of apply_changes.",
                "{n} are not confirmed as taken back; they are tried again at every run of apply_changes.",
                n=left,
            ),
            style="bold red",
        )
    for note in carried.notes:
        printing.line(note, style="yellow")


def go(district: District = None) -> None:
    """Let the service go on after `stop`."""
    with opened() as installation:
        was = controls.turn_off(installation.store, district=_where(installation, district), name=STOP)
    printing.line(say("The service goes on.") if was else say("It was not stopped."))


def pause(job: Job, why: Why = None, district: District = None) -> None:
    """Let the clock leave out one job. Started by a person it runs all the same."""
    with opened() as installation:
        configuration = district_of(installation, district)
        if job not in configuration.schedule.jobs:
            raise ConfigError(
                say("There is no job {job}.", job=job),
                say("There are: {names}.", names=", ".join(sorted(configuration.schedule.jobs))),
            )
        controls.turn_on(
            installation.store, district=configuration.root, name=f"{PAUSE}{job}", who=who(), why=why
        )
    printing.line(say("{job} is paused.", job=job))


def resume(job: Job, district: District = None) -> None:
    """Let the clock start a paused job again; the newest slot is made up for."""
    with opened() as installation:
        configuration = district_of(installation, district)
        was = controls.turn_off(installation.store, district=configuration.root, name=f"{PAUSE}{job}")
    printing.line(say("{job} goes on.", job=job) if was else say("{job} was not paused.", job=job))


def _where(installation: Installation, district: str | None) -> int:
    return EVERY_DISTRICT if district is None else district_of(installation, district).root
