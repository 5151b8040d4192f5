"""`attest`: somebody's word that a goal is done, not done, or was not held; kept with who, when and for how long."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from zetkin_sync import statements
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.goals.metrics import attested, date_observed
from zetkin_sync.language import say
from zetkin_sync.store import attestations

_SAY = printing.say
_DAY = ["%Y-%m-%d"]
_ANSWERABLE = tuple(module.__name__.rpartition(".")[2] for module in (attested, date_observed))


def attest(  # noqa: PLR0917 - the order is the command's
    goal: Annotated[str, typer.Argument(help=_SAY("The goal: its id, or its number in the plan."))],
    verdict: Annotated[
        str,
        typer.Argument(help=_SAY("done, not_done, not_held, held, not_started, started, decided, date_set")),
    ],
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=_DAY, help=_SAY("The day it is about; today, if none is given.")),
    ] = None,
    link: Annotated[
        str | None, typer.Option("--link", help=_SAY("Where it can be read: minutes, a page."))
    ] = None,
    months: Annotated[int, typer.Option("--months", min=1, max=60, help=_SAY("For how long it holds."))] = 12,
    history: Annotated[bool, typer.Option("--history", help=_SAY("Also show what was said before."))] = False,
    district: Annotated[
        str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
    ] = None,
) -> None:
    """Say that something of the plan is done, or not, or was not held."""
    with opened() as installation:
        configuration = district_of(installation, district)
        said = statements.attest(
            installation.store,
            configuration,
            goal=goal,
            verdict=verdict,
            on=on.date() if on else None,
            link=link,
            months=months,
            who=who(),
        )
        chosen = next(g for g in statements.answerable(configuration) if g.id == said.goal)
        title = chosen.title.text(printing.language.code)
        printing.line(
            say(
                "{goal}: {verdict}, {on}. It counts at the next run.",
                goal=title,
                verdict=verdict,
                on=said.about,
            )
        )
        if history:
            printing.table(
                [say("When"), say("What"), say("About"), say("Until"), say("Link")],
                (
                    (printing.language.moment(a.at), a.verdict, a.about, a.expires, a.link)
                    for a in attestations.history(
                        installation.store, district=configuration.root, goal=chosen.id
                    )
                ),
            )
