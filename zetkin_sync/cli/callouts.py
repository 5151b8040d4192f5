"""`callouts`: who is asked about what."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from zetkin_sync.callouts.planner.reading import read
from zetkin_sync.callouts.planner.solve import solve as plan
from zetkin_sync.cli import printing
from zetkin_sync.errors import ConfigError
from zetkin_sync.language import say

_SAY = printing.say
app = typer.Typer(no_args_is_help=True, help=_SAY("Callouts: who is asked about what."))


@app.callback()
def _group() -> None:
    """Callouts: who is asked about what."""


@app.command(
    help=_SAY("Plan one wave from a file of people, events and chances; prints the plan and its proof.")
)
def solve(
    instance: Annotated[
        Path, typer.Argument(help=_SAY("The planning question, JSON; - reads standard input."))
    ],
) -> None:
    text = _text(instance)
    question, unknown = read(text, name=instance.name if str(instance) != "-" else "stdin")
    del text
    for key in unknown:
        printing.err.print(
            printing.say(say("{key} means nothing here and is left aside.", key=key)), markup=False
        )
    sys.stdout.write(msgspec.json.encode(plan(question).as_json()).decode() + "\n")


def _text(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            say("The file {path} cannot be read.", path=path.name),
            say("Check the name and that you may read it."),
        ) from error
