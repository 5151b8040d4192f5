"""`zetkin-sync simulator`: the simulated Zetkin alone, for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say

_SAY = printing.say

Port = Annotated[int, typer.Option(help=_SAY("The loopback port to listen on."), min=1, max=65535)]
People = Annotated[int, typer.Option(help=_SAY("How many members the district has."), min=1)]
Seed = Annotated[int, typer.Option(help=_SAY("Another seed gives another district."))]
Months = Annotated[int, typer.Option(help=_SAY("How many months of events lie behind."), min=0)]
Associations = Annotated[int | None, typer.Option(help=_SAY("Found only so many associations."), min=2)]
Day = Annotated[
    str | None, typer.Option("--date", help=_SAY("The day of the simulation, YYYY-MM-DD; else today."))
]
Faults = Annotated[Path | None, typer.Option(help=_SAY("A file of faults to inject (docs/simulator.md)."))]


def simulator(
    *,
    port: Port = 8899,
    people: People = 10_000,
    seed: Seed = 1,
    months: Months = 24,
    associations: Associations = None,
    day: Day = None,
    faults: Faults = None,
) -> None:
    """Serve a simulated Zetkin with a synthetic district on a loopback port, until interrupted."""
    from zetkin_sync.demo import standalone  # noqa: PLC0415 - other commands start faster without it
    from zetkin_sync.demo.simulator.faults import read_faults  # noqa: PLC0415 - the same

    try:
        rules = read_faults(faults) if faults else ()
    except (OSError, ValueError) as problem:
        raise ConfigError(
            say("The faults in {file} cannot be read: {problem}.", file=str(faults), problem=str(problem)),
            say("docs/simulator.md says how they are written."),
        ) from None
    what = standalone.Standalone(
        port=port,
        people=people,
        seed=seed,
        months=months,
        associations=associations,
        day=day,
        faults=rules,
    )
    try:
        _ = what.start
    except ValueError:
        raise ConfigError(
            say("{text} is not a day.", text=day), say("Write it as {example}.", example="2026-11-22")
        ) from None
    address = f"http://127.0.0.1:{port}"
    words = say("A simulated Zetkin answers at {address}; Ctrl+C ends it.", address=address)
    standalone.run(what, ready=lambda: printing.line(words))
