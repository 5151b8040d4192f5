"""`doctor`: every check, what it found, what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.running import AsJson
from zetkin_sync.doctor import Level, Patient, examine
from zetkin_sync.language import say
from zetkin_sync.settings import read_settings

_SAY = printing.say
_SIGN = {Level.GOOD: ("✓", "green"), Level.ADVICE: ("!", "yellow"), Level.BAD: ("✗", "bold red")}


def doctor(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help=_SAY("Ask nobody outside this machine."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Is everything in order that the service needs? Exit code 1 when something is not."""
    patient = Patient(read_settings(), online=not offline)
    try:
        found = []
        for check, finding in examine(patient):
            found.append((check, finding))
            if not as_json:
                sign, style = _SIGN[finding.level]
                printing.line(f"{sign} {printing.say(finding.what)}", style=style)
                if finding.do is not None:
                    printing.line(f"  → {printing.say(finding.do)}")
    finally:
        patient.close()
    wrong = sum(f.level is Level.BAD for _, f in found)
    if as_json:
        printing.print_json(
            [
                {
                    "check": check,
                    "level": f.level,
                    "what": printing.say(f.what),
                    "do": None if f.do is None else printing.say(f.do),
                }
                for check, f in found
            ]
        )
    elif not wrong:
        printing.line(say("Everything that was looked at is in order."), style="green")
    raise typer.Exit(printing.FAILED if wrong else printing.OK)
