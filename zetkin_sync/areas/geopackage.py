"""Areas from a GeoPackage (OGC 12-128), which is a SQLite file with WKB behind a small header; no GDAL needed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from zetkin_sync.areas.area import Area, AreaFile
from zetkin_sync.areas.geojson import Columns
from zetkin_sync.areas.geometry import fit
from zetkin_sync.errors import Problem
from zetkin_sync.language import Message, say

_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # OGC 12-128 §2.1.3.1.1: bytes by envelope code
_HEADER = 8
_SYSTEMS = (0, -1, 3006, 4258, 4326)  # undefined, SWEREF 99 TM, SWEREF 99/ETRS89 and WGS84 in degrees
_CODES = ("desokod", "deso", "regsokod", "regso", "tatortskod", "kommunkod", "lankod", "kod", "code")
_IDS = (*_CODES, "id", "namn", "name", "title")
_TITLES = ("title", "name", "namn", "regsonamn", "tatort", "kommunnamn", "kommun")


def read_geopackage(
    data: bytes, *, file: str, layer: str | None = None, columns: Columns | None = None
) -> tuple[AreaFile, list[Problem]]:
    """The areas of one layer; `layer` may be left out when there is only one."""
    columns = columns or Columns()
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            connection.execute("PRAGMA trusted_schema = OFF")
            return _read(connection, file, layer, columns)
    except (sqlite3.DatabaseError, OverflowError):
        return AreaFile(), [_refusal(file, "-", say("it is not a GeoPackage"))]


def _read(
    connection: sqlite3.Connection, file: str, layer: str | None, columns: Columns
) -> tuple[AreaFile, list[Problem]]:
    layers = {
        name: (geometry, srs)
        for name, geometry, srs in connection.execute(
            "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name"
        )
    }
    name = layer or (next(iter(layers)) if len(layers) == 1 else None)
    if name is None or name not in layers:
        names = ", ".join(layers)
        return AreaFile(), [
            Problem(
                file, "layer", say("it has {n} layers", n=len(layers)), say("name one: {names}", names=names)
            )
        ]
    geometry, srs = layers[name]
    if srs not in _SYSTEMS:
        return AreaFile(), [
            _refusal(file, name, say("its coordinate system is EPSG:{number}", number=str(srs)))
        ]
    cursor = connection.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608 - a name from the file's own list, quoted
    heads = [column[0] for column in cursor.description]
    id_column = columns.id or _usual(heads, _IDS) or heads[0]
    title_column = columns.title or _usual(heads, _TITLES) or id_column
    for column, key in ((id_column, "id"), (title_column, "title")):
        if column not in heads:
            wrong = say("there is no column {column}", column=column)
            return AreaFile(), [Problem(file, key, wrong, say("one of: {names}", names=", ".join(heads)))]
    return _rows(
        cursor, heads, file=file, ids=id_column, titles=title_column, shapes=geometry, kind=columns.kind
    )


def _rows(
    cursor: sqlite3.Cursor, heads: list[str], *, file: str, ids: str, titles: str, shapes: str, kind: str
) -> tuple[AreaFile, list[Problem]]:
    areas: list[Area] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    seen: set[str] = set()
    for number, values in enumerate(cursor, start=1):
        row: dict[str, Any] = dict(zip(heads, values, strict=True))
        id_ = str(row[ids])
        key = f"row {number} ({id_})"
        fitted = fit(_geometry(row[shapes]))
        if fitted.refused is not None:
            problems.append(_refusal(file, key, fitted.refused))
            continue
        if id_ in seen:
            problems.append(Problem(file, key, say("the id is used already"), say("one row for each id")))
            continue
        seen.add(id_)
        notes += [Problem(file, key, note, say("nothing needs to be done")) for note in fitted.notes]
        areas.append(
            Area(id=id_, title=str(row[titles] or id_), kind=kind, geometry=fitted.geometry, source=file)
        )
    return AreaFile(tuple(areas), tuple(notes)), problems


def _geometry(blob: Any) -> BaseGeometry | None:
    """The geometry behind a GeoPackage header; none when the blob is not one."""
    if not isinstance(blob, bytes) or len(blob) < _HEADER or blob[:2] != b"GP":
        return None
    envelope = _ENVELOPES.get((blob[3] >> 1) & 0b111)
    if envelope is None:
        return None
    try:
        return shapely.from_wkb(blob[_HEADER + envelope :])
    except (shapely.GEOSException, TypeError):
        return None


def _usual(heads: list[str], names: tuple[str, ...]) -> str | None:
    by_name = {head.casefold(): head for head in heads}
    return next((by_name[name] for name in names if name in by_name), None)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _refusal(file: str, key: str, wrong: Message) -> Problem:
    return Problem(file, key, wrong, say("a layer of polygons in WGS84 or SWEREF 99 TM"))
