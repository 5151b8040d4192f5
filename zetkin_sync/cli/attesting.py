"""`attest`: somebody's word that a goal is done, not done, or was not held; kept with who, when and for how long."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals import Goal
from zetkin_sync.goals.attestations import VERDICTS, refused
from zetkin_sync.goals.metrics import attested, date_observed
from zetkin_sync.language import say
from zetkin_sync.problems import one_of
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
        goals = [found for _, plan in configuration.plans for found in plan.goals]
        chosen = _goal(goals, goal)
        now = installation.store.now()
        today = now.astimezone(configuration.district.zone).date()
        about = on.date() if on else today
        expires = _expiry(verdict, about, months)
        wrong = refused(verdict=verdict, on=about, expires=expires, today=today)
        if wrong is not None:
            raise ConfigError(wrong, say("Allowed: {names}", names=", ".join(VERDICTS)))
        if link is not None and not link.startswith("https://"):
            raise ConfigError(say("“{link}” is not a link.", link=link), say("It begins with https://."))
        with installation.store.writing() as session:
            attestations.add(
                session,
                district=configuration.root,
                goal=chosen.id,
                unit=configuration.root,
                verdict=verdict,
                on=about,
                link=link,
                expires=expires,
                who=who(),
                at=now,
            )
        title = chosen.title.text(printing.language.code)
        printing.line(
            say("{goal}: {verdict}, {on}. It counts at the next run.", goal=title, verdict=verdict, on=about)
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


def _goal(goals: list[Goal], name: str) -> Goal:
    for goal in goals:
        if name in (goal.id, goal.name):
            if goal.metric in _ANSWERABLE:
                return goal
            raise ConfigError(
                say(
                    "The goal {goal} is not answered by anybody's word: its figure is computed.", goal=goal.id
                ),
                say("`zetkin-sync goals {goal} --why` says from what.", goal=goal.id),
            )
    names = [goal.id for goal in goals if goal.metric in _ANSWERABLE]
    raise ConfigError(
        say("There is no goal {name}.", name=name), say("{hint}", hint=one_of(names, near=name))
    )


def _expiry(verdict: str, about: date, months: int) -> date | None:
    """What is done for good stays so; everything else must be said again."""
    return (
        None
        if verdict in ("done", "date_set") and months == 12
        else about + timedelta(days=round(months * 30.44))
    )
