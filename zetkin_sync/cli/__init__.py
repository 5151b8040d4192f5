"""The command line: one file a group of commands, each line here one command."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from zetkin_sync import __version__
from zetkin_sync.cli import printing
from zetkin_sync.errors import Trouble
from zetkin_sync.language import say
from zetkin_sync.log import logger, set_up
from zetkin_sync.settings import read_settings

_SAY = printing.say


class _Command(NamedTuple):
    """Where a command lives: a module of this package, a function or an app in it, and what it is for."""

    module: str
    attribute: str
    help: str


_COMMANDS = {
    "demo": _Command("demo", "demo", _SAY("Show the service do its job against a simulated Zetkin.")),
    "check": _Command(
        "preparing", "check", _SAY("Read the whole configuration and say everything that is wrong with it.")
    ),
    "init": _Command(
        "preparing",
        "init",
        _SAY("Read the organization tree from Zetkin and write associations.csv to fill in."),
    ),
    "migrate": _Command("preparing", "migrate", _SAY("Bring the database's schema forward.")),
    "doctor": _Command("doctor", "doctor", _SAY("Is everything in order that the service needs?")),
    "backup": _Command("backup", "app", _SAY("Encrypted backups: make one, list them, restore one.")),
    "migrate-store": _Command(
        "moving", "migrate_store", _SAY("Move everything to another database, such as PostgreSQL.")
    ),
    "stop": _Command("switching", "stop", _SAY("Stop all sending and every change in Zetkin, at once.")),
    "go": _Command("switching", "go", _SAY("Let the service go on after `stop`.")),
    "pause": _Command("switching", "pause", _SAY("Let the clock leave out one job.")),
    "resume": _Command("switching", "resume", _SAY("Let the clock start a paused job again.")),
    "reconcile": _Command(
        "restoring",
        "reconcile",
        _SAY("Hold what is known against the plan; after a restore, look up everything that is open."),
    ),
    "sync": _Command("running", "sync", _SAY("Do one job now and show how it goes.")),
    "run": _Command("running", "run_service", _SAY("Keep the service going until it is told to stop.")),
    "user": _Command("users", "app", _SAY("Accounts of the page.")),
    "serve": _Command("serving", "serve_page", _SAY("Start the organizers' page.")),
    "runs": _Command("running", "runs", _SAY("The newest runs: when, how they ended, what they came to.")),
    "simulator": _Command(
        "simulator", "simulator", _SAY("A simulated Zetkin with a synthetic district, to try things on.")
    ),
    "goals": _Command("goals", "goals", _SAY("Where the plan stands, goal by goal, and why.")),
    "attest": _Command(
        "attesting", "attest", _SAY("Say that something of the plan is done, or not, or was not held.")
    ),
    "calendar": _Command(
        "calendar", "calendar", _SAY("The days that the plan names, and what is to be done when.")
    ),
    "times": _Command(
        "times", "times", _SAY("Events whose times look wrong, for a person to look at in Zetkin.")
    ),
    "areas": _Command("areas", "app", _SAY("Areas: check them, take in a drawn file, say where points lie.")),
    "registers": _Command(
        "registers", "app", _SAY("Registers kept elsewhere: templates, and files taken in.")
    ),
    "plans": _Command("deciding", "app", _SAY("Proposals: see, approve, reject.")),
    "undo": _Command(
        "undoing", "undo", _SAY("Put back what was changed in Zetkin where it is still so; say what is not.")
    ),
    "callouts": _Command("solving", "app", _SAY("Callouts: who is asked about what.")),
    "status": _Command("status", "app", _SAY("Status mails: look at one, send them now.")),
    "privacy": _Command("privacy", "app", _SAY("The record of processing that the law asks for.")),
    "incident": _Command("incident", "incident", _SAY("Gather what an incident report needs.")),
    "person": _Command("person", "app", _SAY("A person's rights: a copy, erasure, being left alone.")),
    "access": _Command("access", "app", _SAY("The access log: who saw, changed or deleted what.")),
    "bounces": _Command(
        "bounces", "app", _SAY("Mails that did not arrive: what they say, who is reached again.")
    ),
}


class _Commands(TyperGroup):
    """The commands. Only the one that is asked for is loaded: the whole house takes seconds on a small machine."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = _COMMANDS.get(cmd_name)
        if found is None:
            return None
        target = getattr(import_module(f"{__name__}.{found.module}"), found.attribute)
        if not isinstance(target, typer.Typer):
            function, target = target, typer.Typer(add_completion=False)
            target.command(cmd_name, help=found.help)(function)
        command = typer.main.get_command(target)
        command.name, command.help = cmd_name, found.help
        return command


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=_SAY("Keeps a political district's plan honest."),
)


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
