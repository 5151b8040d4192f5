"""`registers`: the templates, and files taken in with every row that was not understood."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from zetkin_sync import plugins, statements
from zetkin_sync.cli import printing
from zetkin_sync.cli.files import contents
from zetkin_sync.cli.opening import district_of, opened, who
from zetkin_sync.configuration import Configuration
from zetkin_sync.errors import ConfigError
from zetkin_sync.goals.membership import Differences
from zetkin_sync.language import say
from zetkin_sync.store import registers

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
    data = contents(file)
    with opened() as installation:
        configuration = district_of(installation, district)
        found = statements.upload(
            installation.store,
            configuration,
            installation.settings,
            register=name,
            data=data,
            filename=file.name,
            who=who(),
            strict=strict,
        )
        for each in found.errors:
            place = (
                say("row {row}, {column}", row=each.row, column=each.column) if each.row else say("the file")
            )
            printing.err.print(
                _SAY(say("{place}: {wrong}; {allowed}", place=place, wrong=each.wrong, allowed=each.allowed)),
                style="yellow",
                markup=False,
            )
        if not found.taken:
            raise ConfigError(say("Nothing was taken in."), say("Correct the rows above and try again."))
        if found.members is not None:
            _show_members(found.members, configuration)
        printing.line(say("{n} rows taken in, {m} refused.", n=found.rows, m=len(found.errors)))
    raise typer.Exit(printing.PARTIAL if found.errors else printing.OK)


def _show_members(found: Differences, configuration: Configuration) -> None:
    """The differences, for people to mend: ids and counts. Nothing is stored and nothing is written to Zetkin."""
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
