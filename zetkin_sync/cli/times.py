"""`times`: events at times at which nobody holds an activity, for a person to look at in Zetkin."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened
from zetkin_sync.cli.running import AsJson, District
from zetkin_sync.language import say, say_n
from zetkin_sync.store import reading

_SAY = printing.say


def times(
    district: District = None,
    as_json: AsJson = False,
    past: Annotated[bool, typer.Option("--past", help=_SAY("Those that are over, too."))] = False,
) -> None:
    """Events whose times look wrong, read as the configuration says."""
    with opened() as installation:
        configuration = district_of(installation, district)
        now = installation.store.now().astimezone(configuration.district.zone).replace(tzinfo=None)
        found = reading.odd_times(
            installation.store, district=configuration.root, since=None if past else now
        )
    if as_json:
        printing.out.print_json(json.dumps([e._asdict() for e in found], default=str))
        return
    for event in found:
        printing.line(
            say(
                "{organization}: {title} ({event}), from {starts} to {ends}",
                organization=event.organization,
                title=event.title,
                event=str(event.event),
                starts=_clock(event.starts),
                ends=_clock(event.ends),
            )
        )
    printing.line(
        say_n(
            "One event stands at an odd time: look at it in Zetkin.",
            "{n} events stand at odd times: look at them in Zetkin.",
            n=len(found),
        )
        if found
        else say("No event stands at an odd time."),
        style="yellow" if found else "green",
    )


def _clock(moment: object) -> str:
    return "–" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
