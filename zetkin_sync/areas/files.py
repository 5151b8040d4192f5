"""`config/areas.toml`: which files draw the areas, and what else belongs to each of them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from zetkin_sync.areas.area import SNAP_METRES, Area, AreaFile
from zetkin_sync.areas.geojson import Columns, read_geojson
from zetkin_sync.areas.geometry import circle
from zetkin_sync.areas.geopackage import read_geopackage
from zetkin_sync.areas.postcodes import normal_prefix
from zetkin_sync.errors import Problem
from zetkin_sync.language import say
from zetkin_sync.problems import one_of, problems_of

_ENDINGS = (".geojson", ".json", ".gpkg")


def _prefix(value: object) -> object:
    prefix = normal_prefix(str(value))
    if prefix is None:
        raise ValueError(say("a postcode of five digits, or its first digits"))
    return prefix


Prefix = Annotated[str, BeforeValidator(_prefix)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """A file with drawn areas: GeoJSON or GeoPackage."""

    file: str
    layer: str | None = None
    id_column: str | None = None
    title_column: str | None = None
    kind: str = "area"
    valid_from: date | None = None
    valid_to: date | None = None


class Point(_Strict):
    """A place with a radius, WGS84 and metres: a workplace."""

    lat: float = Field(ge=55, le=70)
    lng: float = Field(ge=10, le=25)
    radius: float = Field(default=300, gt=0, le=20_000)


class Entry(_Strict):
    """An area that needs no drawing, or what is added to a drawn one with the same id."""

    id: str = Field(min_length=1)
    title: str | None = None
    kind: str | None = None
    postcodes: tuple[Prefix, ...] = ()
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    organizations: tuple[int, ...] = ()
    point: Point | None = None
    priority: bool = False
    owner: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class _File(_Strict):
    snap_metres: float = Field(default=SNAP_METRES, ge=0, le=500)
    source: tuple[Source, ...] = ()
    area: tuple[Entry, ...] = ()


def parse_areas(
    data: bytes, *, file: str, read: Callable[[str], bytes | None]
) -> tuple[AreaFile, list[Problem]]:
    """The areas of a configuration. `read` gives the bytes of a file named in it, or none when there is none.

    The areas that are right are returned also when others are wrong, so that whatever names them can be
    checked in the same go.
    """
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return AreaFile(), [
            Problem(file, "-", say("it is not TOML: {why}", why=str(error)), say("see docs/plan.md"))
        ]
    problems: list[Problem] = []
    sources, entries = [], []
    for number, raw in enumerate(_tables(content, "source", file, problems), start=1):
        try:
            sources.append(Source.model_validate(raw))
        except ValidationError as error:
            problems += problems_of(error, file=file, key=f"source {number}", model=Source)
    for number, raw in enumerate(_tables(content, "area", file, problems), start=1):
        try:
            entries.append(Entry.model_validate(raw))
        except ValidationError as error:
            key = f"area {raw.get('id', number)}"
            problems += problems_of(error, file=file, key=key, model=Entry)
    try:
        head = _File.model_validate({k: v for k, v in content.items() if k not in ("source", "area")})
    except ValidationError as error:
        problems += problems_of(error, file=file, key="-", model=_File)
        head = _File()
    drawn, notes = _drawn(sources, file=file, read=read, problems=problems)
    areas = _with_entries(drawn, entries, file=file, problems=problems)
    return AreaFile(tuple(areas), tuple(notes), head.snap_metres), problems


def named_files(data: bytes) -> tuple[str, ...]:
    """The files that a configuration names, for whoever keeps an eye on them."""
    try:
        tables = tomllib.loads(data.decode("utf-8-sig")).get("source", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ()
    return tuple(str(raw["file"]) for raw in tables if isinstance(raw, dict) and "file" in raw)


def read_drawing(
    data: bytes, *, file: str, layer: str | None = None, columns: Columns | None = None
) -> tuple[AreaFile, list[Problem]]:
    """The areas of a drawn file, by what it is and not by what it is called."""
    if data.startswith(b"SQLite format 3\0"):
        return read_geopackage(data, file=file, layer=layer, columns=columns)
    return read_geojson(data, file=file, columns=columns)


def _tables(
    content: Mapping[str, object], key: str, file: str, problems: list[Problem]
) -> list[dict[str, object]]:
    value = content.get(key, [])
    if isinstance(value, list) and all(isinstance(raw, dict) for raw in value):
        return value
    problems.append(Problem(file, key, say("it is not a list of tables"), say("write [[{key}]]", key=key)))
    return []


def _drawn(
    sources: list[Source], *, file: str, read: Callable[[str], bytes | None], problems: list[Problem]
) -> tuple[dict[str, list[Area]], list[Problem]]:
    drawn: dict[str, list[Area]] = {}
    notes: list[Problem] = []
    for source in sources:
        if not source.file.endswith(_ENDINGS):
            wrong = say("{name} is neither GeoJSON nor GeoPackage", name=source.file)
            problems.append(Problem(file, f"source {source.file}", wrong, one_of(_ENDINGS)))
            continue
        data = read(source.file)
        if data is None:
            wrong = say("there is no file {name}", name=source.file)
            problems.append(Problem(file, f"source {source.file}", wrong, say("a path within config/")))
            continue
        columns = Columns(id=source.id_column, title=source.title_column, kind=source.kind)
        found, wrongs = read_drawing(data, file=source.file, layer=source.layer, columns=columns)
        problems += wrongs
        notes += found.notes
        for area in found.areas:
            versions = drawn.setdefault(area.id, [])
            version = replace(
                area,
                valid_from=area.valid_from or source.valid_from,
                valid_to=area.valid_to or source.valid_to,
            )
            if any(_overlap(version, other) for other in versions):
                wrong = say("the area {id} is drawn twice for the same days", id=area.id)
                allowed = say("one version at a time: give valid_from and valid_to")
                problems.append(Problem(source.file, area.id, wrong, allowed))
                continue
            versions.append(version)
    return drawn, notes


def _with_entries(
    drawn: dict[str, list[Area]], entries: list[Entry], *, file: str, problems: list[Problem]
) -> list[Area]:
    for entry in entries:
        key = f"area {entry.id}"
        versions = drawn.get(entry.id)
        if versions and entry.point:
            problems.append(
                Problem(file, key, say("it is drawn in a file and has a point"), say("one of the two"))
            )
        elif versions and not (entry.valid_from or entry.valid_to):
            drawn[entry.id] = [_added(area, entry) for area in versions]
        else:
            area = _alone(entry, file)
            if not (entry.point or entry.postcodes or entry.names or entry.tags or entry.organizations):
                wrong = say("nothing says where it is")
                allowed = say("a drawing with the same id, a point, postcodes, names, tags or organizations")
                problems.append(Problem(file, key, wrong, allowed))
            elif any(_overlap(area, other) for other in versions or ()):
                wrong = say("the area {id} is given twice for the same days", id=entry.id)
                problems.append(
                    Problem(file, key, wrong, say("one version at a time: give valid_from and valid_to"))
                )
            else:
                drawn.setdefault(entry.id, []).append(area)
    return [area for versions in drawn.values() for area in versions]


def _added(area: Area, entry: Entry) -> Area:
    return replace(
        area,
        title=entry.title or area.title,
        kind=entry.kind or area.kind,
        postcodes=(*area.postcodes, *entry.postcodes),
        names=(*area.names, *entry.names),
        tags=(*area.tags, *entry.tags),
        organizations=(*area.organizations, *entry.organizations),
        priority=area.priority or entry.priority,
        owner=entry.owner or area.owner,
    )


def _alone(entry: Entry, file: str) -> Area:
    point = entry.point
    return Area(
        id=entry.id,
        title=entry.title or entry.id,
        kind=entry.kind or ("workplace" if point else "area"),
        geometry=circle(point.lng, point.lat, point.radius) if point else None,
        postcodes=entry.postcodes,
        names=entry.names,
        tags=entry.tags,
        organizations=entry.organizations,
        priority=entry.priority,
        owner=entry.owner,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        source=file,
    )


def _overlap(one: Area, other: Area) -> bool:
    first, last = date.min, date.max
    return (one.valid_from or first) <= (other.valid_to or last) and (other.valid_from or first) <= (
        one.valid_to or last
    )
