"""`registers`: the templates, and files taken in with every row that was not understood."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from zetkin_sync import plugins
from zetkin_sync.cli import printing
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.configuration import Configuration
from zetkin_sync.context import known_facts
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals.membership import differences
from zetkin_sync.language import say
from zetkin_sync.runner import Installation
from zetkin_sync.store import people as stored_people
from zetkin_sync.store import priorities, registers

_SAY = printing.say
app = typer.Typer(no_args_is_help=True, help=_SAY("Registers kept elsewhere: templates, and files taken in."))

Name = Annotated[str, typer.Argument(help=_SAY("Which register; `registers list` names them."))]
District = Annotated[
    str | None, typer.Option("--district", help=_SAY("Which district, when there are several."))
]
AsJson = Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))]


@app.callback()
def _group() -> None:
    """Registers."""


@app.command("list", help=_SAY("The registers there are, and when each was last taken in."))
def list_(district: District = None, as_json: AsJson = False) -> None:
    with opened() as installation:
        configuration = district_of(installation, district)
        newest: dict[str, Any] = {}
        for reading in registers.readings(installation.store, district=configuration.root):
            newest.setdefault(reading.name, reading)
        rows = [(name, plugins.register(name, configuration)) for name in configuration.district.registers]
        if as_json:
            printing.print_json(
                [
                    {
                        "register": name,
                        "title": _SAY(m.title),
                        "read": getattr(newest.get(m.name), "at", None),
                    }
                    for name, m in rows
                ]
            )
            return
        printing.table(
            [say("Register"), say("What"), say("Taken in"), say("Rows")],
            (
                (
                    name,
                    m.title,
                    printing.language.moment(newest[m.name].at) if m.name in newest else None,
                    newest[m.name].rows if m.name in newest else None,
                )
                for name, m in rows
            ),
            numbers=[3],
        )


@app.command(help=_SAY("An empty file to fill in, on standard output: CSV that a spreadsheet opens right."))
def template(name: Name, district: District = None) -> None:
    with opened() as installation:
        data = plugins.register(name, district_of(installation, district)).template()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@app.command("import", help=_SAY("Take a file in. Rows that are not understood are listed and left out."))
def import_(
    name: Name,
    file: Annotated[Path, typer.Argument(help=_SAY("A CSV or Excel file."))],
    strict: Annotated[
        bool, typer.Option("--strict", help=_SAY("Take nothing when any row is wrong."))
    ] = False,
    district: District = None,
) -> None:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            say("The file {path} cannot be read.", path=file.name),
            say("Check the name and that you may read it."),
        ) from error
    with opened() as installation:
        configuration = district_of(installation, district)
        register = plugins.register(name, configuration)
        rows, errors = _read(register, data, file.name, installation, configuration)
        for each in errors:
            place = (
                say("row {row}, {column}", row=each.row, column=each.column) if each.row else say("the file")
            )
            printing.err.print(
                _SAY(say("{place}: {wrong}; {allowed}", place=place, wrong=each.wrong, allowed=each.allowed)),
                style="yellow",
                markup=False,
            )
        if errors and (strict or not rows):
            raise ConfigError(say("Nothing was taken in."), say("Correct the rows above and try again."))
        _keep(Taken(register, rows, data, len(errors)), installation, configuration)
        printing.line(say("{n} rows taken in, {m} refused.", n=len(rows), m=len(errors)))
    raise typer.Exit(printing.PARTIAL if errors else printing.OK)


@dataclass(frozen=True)
class Taken:
    """What was read of one file."""

    register: plugins.Register
    rows: list[Any]
    data: bytes
    refused: int


def _read(
    register: plugins.Register,
    data: bytes,
    filename: str,
    installation: Installation,
    configuration: Configuration,
) -> tuple[list[Any], list[Any]]:
    facts = known_facts(installation.store, configuration, now=installation.store.now())
    units = {o.title: o.id for o in facts.organizations} | {str(o.id): o.id for o in facts.organizations}
    areas = {a.id: a.id for a in facts.areas} | {a.title: a.id for a in facts.areas}
    more: dict[str, Any] = {}
    if register.name == "members":
        more["key"] = installation.settings.key
    if register.name == "priorities":
        more["subjects"] = {s for _, plan in configuration.plans for s in (*plan.themes, *plan.audiences)}
    return register.read(data, filename, units=units, areas=areas, **more)


def _keep(taken: Taken, installation: Installation, configuration: Configuration) -> None:
    store, district = installation.store, configuration.root
    now = store.now()
    if taken.register.name == "members":
        _show_members(taken.rows, installation, configuration)
        return
    with store.writing() as session:
        if taken.register.name == "priorities":
            today = now.astimezone(configuration.district.zone).date()
            priorities.replace_lists(
                session, taken.rows, district=district, source="register", who=who(), at=now, today=today
            )
        else:
            registers.keep(
                session,
                taken.rows,
                district=district,
                register=taken.register.name,
                data=taken.data,
                refused=taken.refused,
                who=who(),
                at=now,
            )


def _show_members(rows: list[Any], installation: Installation, configuration: Configuration) -> None:
    """The differences, for people to mend: ids and counts. Nothing is stored and nothing is written to Zetkin."""
    found = differences(rows, stored_people.registered(installation.store, district=configuration.root))
    titles = configuration.titles
    only = sum(found.only_in_register.values())
    printing.table(
        [say("Difference"), say("How many"), say("Ids in Zetkin")],
        (
            (say("in both"), found.matched, None),
            (say("only in the register"), only, None),
            (say("only in Zetkin"), len(found.only_in_zetkin), _ids(found.only_in_zetkin)),
            (
                say("in Zetkin without a membership number"),
                len(found.without_number),
                _ids(found.without_number),
            ),
            (say("in another association"), len(found.elsewhere), _ids(found.elsewhere)),
            (say("under another address"), len(found.other_address), _ids(found.other_address)),
        ),
        numbers=[1],
    )
    for unit, count in found.only_in_register.items():
        title = say("no association") if unit is None else titles.get(unit, str(unit))
        printing.line(say("only in the register, {unit}: {n}", unit=title, n=count))


def _ids(ids: tuple[int, ...], most: int = 20) -> str:
    shown = ", ".join(map(str, ids[:most]))
    return shown if len(ids) <= most else f"{shown} …"
