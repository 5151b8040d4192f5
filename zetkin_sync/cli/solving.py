"""`callouts`: its `solve` is loaded alone, since a planning question needs neither database nor configuration."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup

from zetkin_sync.callouts.planner.reading import read
from zetkin_sync.callouts.planner.solve import solve as solved
from zetkin_sync.cli import printing
from zetkin_sync.cli.files import contents
from zetkin_sync.language import say

_SAY = printing.say


class _Callouts(TyperGroup):
    """What is here, and beside it the commands that need the whole house."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_others().list_commands(ctx), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or _others().get_command(ctx, cmd_name)


def _others() -> TyperGroup:
    return typer.main.get_group(import_module("zetkin_sync.cli.callouts").app)


app = typer.Typer(cls=_Callouts, no_args_is_help=True, add_completion=False)


@app.callback()
def _all() -> None:
    """A group also with one command."""


@app.command(
    help=_SAY("Plan one wave from a file of people, events and chances; prints the plan and its proof.")
)
def solve(
    instance: Annotated[
        Path, typer.Argument(help=_SAY("The planning question, JSON; - reads standard input."))
    ],
    as_json: Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))] = True,
) -> None:
    piped = str(instance) == "-"
    text = sys.stdin.buffer.read() if piped else contents(instance)
    question, unknown = read(text, name="stdin" if piped else instance.name)
    del text
    for key in unknown:
        printing.err.print(
            printing.say(say("{key} means nothing here and is left aside.", key=key)), markup=False
        )
    sys.stdout.write(msgspec.json.encode(solved(question).as_json()).decode() + "\n")
