"""`check`, `init`, `migrate`: from a fresh folder to a service that can start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zetkin_sync import plugins
from zetkin_sync.cli import printing
from zetkin_sync.configuration import (
    Association,
    Configuration,
    District,
    district_folders,
    read_all,
    write_associations,
)
from zetkin_sync.configuration.reading import checked, read_toml
from zetkin_sync.errors import ConfigError, NeedsHuman, Problem
from zetkin_sync.language import say
from zetkin_sync.records import Organization
from zetkin_sync.settings import Settings, read_settings
from zetkin_sync.store import schema
from zetkin_sync.store.engine import Store

_SAY = printing.say


def check() -> None:
    """Read the whole configuration and say everything that is wrong with it."""
    settings = read_settings()
    for configuration in read_all(settings.config):
        plugins.check(configuration)
        printing.line(
            say(
                "{title}: {jobs} jobs, {actions} actions, {recipients} recipients, {associations} associations.",
                title=configuration.district.title,
                jobs=len(configuration.schedule.jobs),
                actions=len(configuration.actions),
                recipients=len(configuration.recipients),
                associations=len(configuration.associations),
            )
        )
        for advice in advices(configuration):
            printing.line(advice, style="yellow")
    printing.line(say("The configuration is right."), style="green")


def advices(configuration: Configuration) -> list[str]:
    """What is not wrong, but not filled in yet."""
    found = []
    if not configuration.associations:
        found.append(_SAY("associations.csv is not there yet: run `zetkin-sync init`."))
    placeholders = [r for r in configuration.recipients if r.is_placeholder]
    if placeholders:
        found.append(
            printing.say(
                say(
                    "{n} recipients are placeholders and get no mail: fill in recipients.toml.",
                    n=len(placeholders),
                )
            )
        )
    return found


def init(
    organization: Annotated[int, typer.Option("--organization", help=_SAY("The district's id in Zetkin."))],
    folder: Annotated[
        Path | None, typer.Option(help=_SAY("The district's folder; ZETKIN_SYNC_CONFIG if not given."))
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=_SAY("Write over what people have filled in."))
    ] = False,
) -> None:
    """Read the organization tree from Zetkin and write associations.csv to fill in."""
    settings = read_settings()
    target = folder or district_folders(settings.config)[0]
    written = write_tree(settings, target, organization, overwrite=overwrite)
    printing.line(
        say(
            "{n} associations were written to {path}. Check the kinds and fill in the contact roles.",
            n=written,
            path="associations.csv",
        ),
        style="green",
    )


def write_tree(settings: Settings, folder: Path, organization: int, *, overwrite: bool) -> int:
    """Write associations.csv from Zetkin's tree. Returns how many rows."""
    problems: list[Problem] = []
    path = folder / "district.toml"
    district = checked(District, read_toml(path, problems), file=path.name, problems=problems)
    if district is None or problems:
        raise ConfigError(say("The configuration has mistakes."), problems=tuple(problems))
    target = folder / "associations.csv"
    if target.exists() and not overwrite:
        raise NeedsHuman(
            say("associations.csv is there already."), say("Add --overwrite to write over it; keep a copy.")
        )
    part = district.zetkin
    zetkin = plugins.connector(district.connectors["zetkin"])(
        settings,
        person_fields=part.person_fields,
        tag_values=part.tag_values,
        event_times=part.event_times,
        zone=district.zone,
    )
    try:
        rows = [row for page in zetkin.pages(Organization, organization=organization) for row in page.rows()]
    finally:
        zetkin.close()
    found = [
        Association(
            id=row[0], title=row[2], kind="district" if row[0] == organization else district.kind_of(row[2])
        )
        for row in rows
    ]
    write_associations(target, sorted(found, key=lambda a: (a.kind != "district", a.id)))
    return len(found)


def migrate(
    check_only: Annotated[
        bool, typer.Option("--check", help=_SAY("Only say whether it is needed (exit code 4)."))
    ] = False,
) -> None:
    """Bring the database's schema forward."""
    settings = read_settings()
    store = Store(settings.database_url, key=settings.cipher)
    try:
        if check_only:
            if schema.is_current(store):
                printing.line(say("The database is up to date."))
                return
            printing.line(say("The database must be brought forward: run `zetkin-sync migrate`."))
            raise typer.Exit(printing.DIFFERS)
        before, after = schema.migrate(store)
        if before == after:
            printing.line(say("The database is up to date."))
        else:
            printing.line(
                say("The database was brought from {before} to {after}.", before=before, after=after)
            )
    finally:
        store.close()
