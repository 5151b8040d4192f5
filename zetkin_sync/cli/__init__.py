"""The command line: one file a group of commands, each line here one command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from zetkin_sync import __version__
from zetkin_sync.cli import deciding, demo, preparing, printing, running, serving, simulator
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.log import logger, set_up
from zetkin_sync.settings import read_settings

_SAY = printing.say
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=_SAY("Keeps a political district's plan honest."),
)
app.command("demo", help=_SAY("Show the service do its job against a simulated Zetkin."))(demo.demo)
app.command("check", help=_SAY("Read the whole configuration and say everything that is wrong with it."))(
    preparing.check
)
app.command(
    "init", help=_SAY("Read the organization tree from Zetkin and write associations.csv to fill in.")
)(preparing.init)
app.command("migrate", help=_SAY("Bring the database's schema forward."))(preparing.migrate)
app.command("sync", help=_SAY("Do one job now and show how it goes."))(running.sync)
app.command("run", help=_SAY("Keep the service going until it is told to stop."))(running.run_service)
app.command("serve", help=_SAY("Start the organizers' page."))(serving.serve_page)
app.command("runs", help=_SAY("The newest runs: when, how they ended, what they came to."))(running.runs)
app.command("simulator", help=_SAY("A simulated Zetkin with a synthetic district, to try things on."))(
    simulator.simulator
)
app.add_typer(deciding.app, name="plans", help=_SAY("Proposals: see, approve, reject."))


def _version(wanted: bool) -> None:
    if wanted:
        printing.out.print(f"zetkin_sync {__version__}")
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=_SAY("Print the version."))
    ] = False,
) -> None:
    settings = read_settings()
    set_up(form=settings.log_format, level=settings.log_level)


def main() -> None:
    """The entry point. Every error is a sentence and an exit code; nobody gets a traceback."""
    try:
        app()  # ends with SystemExit, also for a wrong command (2) and for an interruption (130)
    except Trouble as trouble:
        sys.exit(printing.complain(trouble))
    except Exception:  # noqa: BLE001 - the last line of defence: say it, log the place, no traceback
        logger().exception("command.fault")
        fault = say("A fault in the program. The line above says where; tell the technical contact.")
        printing.err.print(printing.say(fault), style="bold red", markup=False)
        sys.exit(printing.FAILED)
