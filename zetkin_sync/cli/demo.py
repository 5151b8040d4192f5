"""`demo`: the whole loop on a synthetic district, from one command."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from zetkin_sync.demo import loop

from zetkin_sync.cli import printing
from zetkin_sync.language import say
from zetkin_sync.log import set_up

_SAY = printing.say


def demo(
    out: Annotated[Path, typer.Option(help=_SAY("Where mails, database and summary are put."))] = Path(
        "demo-out"
    ),
    people: Annotated[int, typer.Option(min=1, help=_SAY("How many members the district has."))] = 10_000,
    seed: Annotated[int, typer.Option(help=_SAY("Another seed gives another district."))] = 1,
    mailbox: Annotated[
        Path | None,
        typer.Option(
            help=_SAY("Where the mailbox with returned mails is put, to look into; nowhere lasting without.")
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help=_SAY("Leave the page and the simulator running."))
    ] = False,
) -> None:
    """Show the service do its job against a simulated Zetkin."""
    from zetkin_sync.demo import loop  # noqa: PLC0415 - other commands start faster without it

    set_up(level="warning")  # the demo tells its own story
    began = time.monotonic()
    printing.line(say("A simulated Zetkin with an invented district of {n} members …", n=people))
    with loop.started(out, people=people, seed=seed, mailbox=mailbox) as running:
        with printing.progress_bar() as watch:
            summary = loop.walk(
                running, watch=watch, tell=lambda m: printing.err.print(printing.say(m), markup=False)
            )
        _show(summary, out, time.monotonic() - began)
        if keep:
            _keep(running)


def _show(summary: loop.Summary, out: Path, seconds: float) -> None:
    found = summary.as_dict()
    rows: list[tuple[object, object]] = [
        (say("read: {resource}", resource=name), n) for name, n in found["rows"].items()
    ]
    rows += [(say("goals: {state}", state=state), n) for state, n in sorted(found["goals"].items())]
    rows += [
        (say("changes carried out in Zetkin"), found["changes_applied"]),
        (say("changes in the plan after that"), found["next_plan_changes"]),
        (say("mails in the bounce mailbox"), found["bounces"]["mails"]),
        (say("members whom mail does not reach: cases opened"), found["bounces"]["cases_opened"]),
        (say("of these, reached again"), found["bounces"]["restored"]),
        (say("status mails"), found["mails"]),
        *_callout_rows(found["callout"]),
        (say("seconds"), round(seconds, 1)),
    ]
    printing.table([say("What"), say("How many")], rows, numbers=[1])
    for alert in found["bounces"]["alerts"]:
        printing.line(say("To look at on our side: {what}", what=alert), style="yellow")
    for failed in found["failed"]:
        printing.line(say("Not read: {what}", what=failed), style="yellow")
    printing.line(say("The mails: {path}", path=str(out / "mail" / "index.html")))
    printing.line(say("The same as JSON: {path}", path=str(out / "summary.json")))


def _callout_rows(callout: dict[str, Any]) -> list[tuple[object, object]]:
    """What was asked, and what came of it."""
    if "effect" not in callout:
        return []
    held = callout["effect"]
    return [
        (say("callout: people asked, in {n} emails", n=callout["emails"]), held["asked"]),
        (say("callout: signed up"), held["signed_up"]),
        (say("callout: came"), held["came"]),
        (say("callout: left the network"), held["opted_out"]),
    ]


def _keep(running: loop.Demo) -> None:
    from zetkin_sync.demo import keeping  # noqa: PLC0415 - only here

    printing.line(say("A week later …"))
    keeping.live_on(running)
    installation = keeping.with_login(running)
    address = installation.settings.page_url
    printing.line(say("The page: {address} (Ctrl+C ends it)", address=address), style="bold green")
    printing.line(
        say(
            "Log in with Zetkin as “{admin}” or “{organizer}”, or without a password on the same page.",
            admin=keeping.LOGINS[0],
            organizer=keeping.LOGINS[1],
        )
    )
    keeping.serve(installation)
