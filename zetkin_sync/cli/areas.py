"""`areas`: check the areas, take in a drawn file, say where points lie."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from zetkin_sync.areas import Area, AreaFile, AreaIndex, read_drawing, to_geojson
from zetkin_sync.areas.geojson import Columns
from zetkin_sync.areas.points import Hits
from zetkin_sync.areas.review import review
from zetkin_sync.areas.sweref import Order
from zetkin_sync.areas.tables import NoTableError, quoted, read_points
from zetkin_sync.cli import printing
from zetkin_sync.cli.files import contents
from zetkin_sync.errors import ConfigError, Problem
from zetkin_sync.language import Message, say
from zetkin_sync.settings import read_settings

_SAY = printing.say
_SHOWN = 20
app = typer.Typer(
    no_args_is_help=True, help=_SAY("Areas: check them, take in a drawn file, say where points lie.")
)

Snap = Annotated[
    float | None,
    typer.Option("--snap", min=0, max=500, help=_SAY("How far outside an area still belongs to it, metres.")),
]
IdColumn = Annotated[str | None, typer.Option("--id", help=_SAY("Which property or column holds the id."))]
TitleColumn = Annotated[
    str | None, typer.Option("--title", help=_SAY("Which property or column holds the name."))
]
Layer = Annotated[str | None, typer.Option("--layer", help=_SAY("Which layer of a GeoPackage."))]
File = Annotated[Path, typer.Argument(help=_SAY("A GeoJSON file or a GeoPackage."))]


@app.callback()
def _group() -> None:
    """Areas."""


@app.command(
    help=_SAY("Say everything that is wrong or odd about the areas of the configuration, or of a file.")
)
def check(
    file: Annotated[Path | None, typer.Argument(help=_SAY("A GeoJSON file or a GeoPackage."))] = None,
    layer: Layer = None,
    as_json: Annotated[bool, typer.Option("--json", help=_SAY("Print JSON."))] = False,
) -> None:
    if file is None:
        areas, problems = _configured(), list[Problem]()
    else:
        areas, problems = read_drawing(contents(file), file=file.name, layer=layer)
    found = review(areas)
    if as_json:
        printing.print_json(
            {
                "areas": [_summary(area, found.sizes) for area in areas.areas],
                "problems": [_words(problem) for problem in problems],
                "notes": [_words(note) for note in (*areas.notes, *found.notes)],
                "overlaps": [{"areas": pair, "share": share.value} for pair, share in found.overlaps],
            }
        )
    else:
        _print_review(areas, problems, (*areas.notes, *found.notes))
        for (one, other), share in found.overlaps[:_SHOWN]:
            line = say("{one} and {other} overlap, {share} of the smaller", one=one, other=other, share=share)
            printing.line(line, style="yellow")
        printing.line(say("{n} areas, {m} of them drawn", n=len(areas.areas), m=len(found.sizes)))
    if problems:
        raise typer.Exit(printing.USAGE)


@app.command("import", help=_SAY("Take a drawn file into the configuration: mended, in WGS84, as GeoJSON."))
def import_(  # noqa: PLR0917 - the order is the command's
    file: File,
    name: Annotated[
        str | None, typer.Option("--name", help=_SAY("What the file is called in config/areas/."))
    ] = None,
    layer: Layer = None,
    id_column: IdColumn = None,
    title_column: TitleColumn = None,
    kind: Annotated[str, typer.Option("--kind", help=_SAY("What kind of areas they are."))] = "area",
) -> None:
    columns = Columns(id=id_column, title=title_column, kind=kind)
    areas, problems = read_drawing(contents(file), file=file.name, layer=layer, columns=columns)
    _print_review(areas, problems, areas.notes)
    if problems:
        raise ConfigError(say("The file has mistakes; nothing was written."), problems=tuple(problems))
    slug = name or re.sub(r"[^a-z0-9-]+", "-", file.stem.casefold()).strip("-") or "areas"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", slug):
        raise ConfigError(
            say("“{name}” cannot be a file's name.", name=slug), say("Letters a–z, digits and hyphens.")
        )
    folder = read_settings().config
    target = folder / "areas" / f"{slug}.geojson"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(to_geojson(replace(area, kind=area.kind or kind) for area in areas.areas))
    source = f"areas/{slug}.geojson"
    listing = folder / "areas.toml"
    known = listing.read_text(encoding="utf-8") if listing.exists() else ""
    if f'"{source}"' not in known:
        stanza = f'\n[[source]]\nfile = "{source}"\nkind = "{kind}"\n'
        listing.write_text(known.rstrip("\n") + "\n" + stanza, encoding="utf-8")
    printing.line(say("{n} areas are in {file}, which areas.toml names.", n=len(areas.areas), file=source))


@app.command(
    help=_SAY("Read points as CSV (id,lat,lng with a header) and write in which area each lies (id,area).")
)
def locate(
    geojson: Annotated[
        Path | None,
        typer.Option("--geojson", help=_SAY("The areas; without it, those of the configuration.")),
    ] = None,
    snap: Snap = None,
    id_column: IdColumn = None,
    how: Annotated[
        bool,
        typer.Option("--how", help=_SAY("Also write how it is known, and every area, in two more columns.")),
    ] = False,
) -> None:
    if geojson is not None:
        areas, problems = read_drawing(contents(geojson), file=geojson.name, columns=Columns(id=id_column))
        _complain([*areas.notes, *problems])
        if problems and not areas.areas:
            raise ConfigError(
                say("No area in {file} can be used.", file=geojson.name), problems=tuple(problems)
            )
    else:
        areas, problems = _configured(), []
    index = AreaIndex(areas.areas, snap_metres=areas.snap_metres if snap is None else snap)
    bad = _locate(index, how=how)
    raise typer.Exit(printing.PARTIAL if bad or problems else printing.OK)


def _locate(index: AreaIndex, *, how: bool) -> int:
    """From standard input to standard output, block by block. Returns how many rows had no coordinates."""
    target = sys.stdout.buffer
    names = np.array([*(quoted(id_) for id_ in index.drawn), b""], dtype=object)  # the last: outside, -1
    target.write(b"id,area,how,areas\n" if how else b"id,area\n")
    bad: list[int] = []
    count = 0
    order: Order | None = None
    try:
        for rows in read_points(sys.stdin.buffer):
            if order is None:
                order = rows.order
                _say_order(order)
            hits = index.locate(rows.lng, rows.lat)
            columns = [rows.ids, names[hits.primary].tolist()]
            if how:
                columns += _how(index, hits, len(rows.ids))
            target.write(b"\n".join(map(b",".join, zip(*columns, strict=True))) + b"\n")
            bad += rows.bad[: _SHOWN - len(bad)]
            count += len(rows.bad)
    except NoTableError as error:
        raise ConfigError(
            error.what, say("Give a table with the header id,lat,lng on standard input.")
        ) from error
    target.flush()
    if count:
        shown = ", ".join(map(str, bad))
        message = say(
            "{n} rows have no readable coordinates and got no area; the first: {rows}", n=count, rows=shown
        )
        printing.err.print(_SAY(message), style="yellow", markup=False)
    return count


def _how(index: AreaIndex, hits: Hits, count: int) -> list[list[bytes]]:
    every: list[list[str]] = [[] for _ in range(count)]
    for point, area in zip(hits.point.tolist(), hits.area.tolist(), strict=True):
        every[point].append(index.drawn[area])
    ways = np.where(hits.snapped, b"snapped", np.where(hits.primary >= 0, b"inside", b"outside"))
    return [ways.astype(object).tolist(), [quoted(" ".join(some)) for some in every]]


def _say_order(order: Order) -> None:
    said = {
        Order.LAT_LNG: say("The columns lat and lng are swapped; they were turned."),
        Order.EAST_NORTH: say("The points are in SWEREF 99 TM; they were converted."),
        Order.NORTH_EAST: say("The points are in SWEREF 99 TM with the axes swapped; they were converted."),
    }
    if order in said:
        printing.err.print(_SAY(said[order]), style="yellow", markup=False)


def _configured() -> AreaFile:
    """The configuration's areas. Loading all that a configuration may say takes longer than locating points in a
    file does, so it is loaded only here."""
    from zetkin_sync.configuration import read_configuration  # noqa: PLC0415

    return read_configuration(read_settings().config).areas


def _print_review(areas: AreaFile, problems: Iterable[Problem], notes: Iterable[Problem]) -> None:
    for problem in problems:
        printing.line(_sentence(problem), style="bold red")
    for note in notes:
        printing.line(_sentence(note), style="yellow")


def _complain(problems: Iterable[Problem]) -> None:
    for problem in list(problems)[:_SHOWN]:
        printing.err.print(_SAY(_sentence(problem)), style="yellow", markup=False)


def _sentence(problem: Problem) -> Message:
    return say(
        "{file}: {key}: {wrong}; {allowed}",
        file=problem.file,
        key=problem.key,
        wrong=problem.wrong,
        allowed=problem.allowed,
    )


def _words(problem: Problem) -> dict[str, str]:
    return {
        "file": problem.file,
        "key": problem.key,
        "wrong": _SAY(problem.wrong),
        "allowed": _SAY(problem.allowed),
    }


def _summary(area: Area, sizes: Mapping[str, float]) -> dict[str, object]:
    return {
        "id": area.id,
        "title": area.title,
        "kind": area.kind,
        "square_km": round(sizes[area.id] / 1e6, 3) if area.id in sizes else None,
        "postcodes": list(area.postcodes),
        "names": list(area.names),
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }
