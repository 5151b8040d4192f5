"""Areas from GeoJSON (RFC 7946) and from Zetkin's own areas (API v2), and areas written back as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import shapely
from shapely.geometry.base import BaseGeometry

from zetkin_sync.areas.area import Area, AreaFile
from zetkin_sync.areas.geometry import Fitted, fit, fit_all
from zetkin_sync.areas.postcodes import normal_prefix
from zetkin_sync.errors import Problem
from zetkin_sync.language import Message, say

_IDS = ("id", "ID", "kod", "code", "deso", "regso", "name", "namn", "title")
_TITLES = ("title", "name", "namn", "Name", "NAMN", "label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which properties of a feature say what. None means: the first usual name that the feature has."""

    id: str | None = None
    title: str | None = None
    kind: str = "area"


def read_geojson(data: bytes, *, file: str, columns: Columns | None = None) -> tuple[AreaFile, list[Problem]]:
    """The areas of a GeoJSON file; every feature that cannot be used is a problem, what was mended a note.

    Properties that are read when present: postcodes, names, tags (lists, or text with `;` or `,`), kind,
    priority, owner, valid_from, valid_to.
    """
    columns = columns or Columns()
    features = _features(data)
    if features is None:
        wrong, allowed = say("it is not GeoJSON"), say("a FeatureCollection of polygons, UTF-8")
        return AreaFile(), [_problem(file, "", wrong, allowed)]
    taken = _Taken(file)
    shapes = fit_all(_shapes([_NOTHING if f is None else f.geometry for f in features]))
    for number, (feature, fitted) in enumerate(zip(features, shapes, strict=True), start=1):
        if feature is None:
            taken.refuse(f"feature {number}", say("it is not a feature"))
            continue
        properties = feature.properties or {}
        known = _first(properties, (columns.id,) if columns.id else _IDS)
        id_ = known if columns.id or feature.id is None else feature.id
        if id_ is None or str(id_).strip() == "":
            taken.refuse(
                f"feature {number}",
                say("it has no id"),
                say("give `id`, or name the property that holds it"),
            )
            continue
        title = _first(properties, (columns.title,) if columns.title else _TITLES)
        taken.add(
            f"feature {number}",
            str(id_).strip(),
            title=title,
            fitted=fitted,
            properties=properties,
            kind=columns.kind,
        )
    return taken.done()


_NOTHING = msgspec.Raw(b"null")


class _Feature(msgspec.Struct):
    """A feature whose geometry stays text until shapely reads it."""

    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = _NOTHING
    id: str | int | float | None = None
    type: str = ""


class _Collection(msgspec.Struct):
    features: list[msgspec.Raw] | None = None
    type: str = ""


def _features(data: bytes) -> list[_Feature | None] | None:
    """The features, None for what is none; nothing at all when the file is no GeoJSON."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    try:
        collection = msgspec.json.decode(text, type=_Collection)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError):
        return None
    if collection.type == "Feature":
        return [_feature(text)]
    if collection.features is None:
        return None
    return [_feature(raw) for raw in collection.features]


def _feature(raw: bytes | msgspec.Raw) -> _Feature | None:
    try:
        return msgspec.json.decode(raw, type=_Feature)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None


def _shapes(texts: list[msgspec.Raw]) -> list[BaseGeometry | None]:
    """The geometries, None where a text is none. Rings that drawing tools left open are closed."""
    found = shapely.from_geojson([bytes(text) for text in texts], on_invalid="ignore")
    return [_mended(text) if shape is None else shape for shape, text in zip(found, texts, strict=True)]


def _mended(text: msgspec.Raw) -> BaseGeometry | None:
    try:
        return _shape(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return None


def areas_from_zetkin(rows: Iterable[Mapping[str, Any]]) -> tuple[AreaFile, list[Problem]]:
    """Areas that organizers have drawn in Zetkin (`GET /v2/orgs/{org}/areas`); ids become `zetkin-ID`."""
    taken = _Taken("Zetkin")
    for row in rows:
        taken.add(
            f"area {row['id']}",
            f"zetkin-{row['id']}",
            title=row.get("title"),
            fitted=fit(_shape(row.get("boundary"))),
            properties={},
        )
    return taken.done()


def to_geojson(areas: Iterable[Area]) -> bytes:
    """The drawn areas as a GeoJSON FeatureCollection in WGS84, seven decimals (a centimetre), sorted by id."""
    features = []
    for area in sorted(areas, key=lambda a: a.id):
        if area.geometry is None:
            continue
        properties: dict[str, Any] = {"id": area.id, "title": area.title, "kind": area.kind}
        for name in ("postcodes", "names", "tags"):
            if getattr(area, name):
                properties[name] = list(getattr(area, name))
        for name in ("valid_from", "valid_to"):
            if getattr(area, name):
                properties[name] = getattr(area, name).isoformat()
        rounded = shapely.transform(area.geometry, lambda corners: corners.round(7))
        geometry = json.loads(shapely.to_geojson(rounded if shapely.is_valid(rounded) else area.geometry))
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()


class _Taken:
    """Areas under way from one file, with its problems and notes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.areas: list[Area] = []
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.seen: dict[tuple[str, str], str] = {}

    def refuse(self, key: str, wrong: Message, allowed: Message | None = None) -> None:
        self.problems.append(
            _problem(self.file, key, wrong, allowed or say("a polygon or multipolygon with an id"))
        )

    def add(
        self,
        key: str,
        id_: str,
        *,
        title: Any,
        fitted: Fitted,
        properties: Mapping[str, Any],
        kind: str = "area",
    ) -> None:
        key = f"{key} ({id_})"
        if fitted.refused is not None:
            self.refuse(key, fitted.refused, say("a polygon in WGS84 (longitude, latitude) or SWEREF 99 TM"))
            return
        wrong: list[Message] = []
        area = Area(
            id=id_,
            title=str(title or id_).strip(),
            kind=str(properties.get("kind") or kind),
            geometry=fitted.geometry,
            postcodes=_prefixes(properties.get("postcodes"), wrong),
            names=_texts(properties.get("names")),
            tags=_texts(properties.get("tags")),
            priority=properties.get("priority") is True,
            owner=str(properties["owner"]) if properties.get("owner") is not None else None,
            valid_from=_day(properties.get("valid_from"), wrong),
            valid_to=_day(properties.get("valid_to"), wrong),
            source=self.file,
        )
        for what in wrong:
            self.refuse(key, what, say("postcodes of two to five digits; dates as 2026-03-08"))
        version = (id_, str(area.valid_from))
        if version in self.seen:
            self.refuse(key, say("the id is used already, by {other}", other=self.seen[version]))
            return
        self.seen[version] = key
        self.notes += [
            _problem(self.file, key, note, say("nothing needs to be done")) for note in fitted.notes
        ]
        if not wrong:
            self.areas.append(area)

    def done(self) -> tuple[AreaFile, list[Problem]]:
        return AreaFile(tuple(self.areas), tuple(self.notes)), self.problems


def _problem(file: str, key: str, wrong: Message, allowed: Message) -> Problem:
    return Problem(file=file, key=key or "-", wrong=wrong, allowed=allowed)


def _shape(value: Any) -> BaseGeometry | None:
    """The geometry of a decoded GeoJSON object, its rings closed; none when it is not one."""
    if not isinstance(value, dict):
        return None
    try:
        shape: BaseGeometry = shapely.from_geojson(msgspec.json.encode(_closed(value)))
        return shape
    except (shapely.GEOSException, ValueError, TypeError):
        return None


def _closed(shape: dict[str, Any]) -> dict[str, Any]:
    """With the rings closed: drawing tools leave the last corner out, and RFC 7946 §3.1.6 wants it."""
    if shape.get("type") == "Polygon" and isinstance(shape.get("coordinates"), list):
        return {**shape, "coordinates": [_ring(ring) for ring in shape["coordinates"]]}
    if shape.get("type") == "MultiPolygon" and isinstance(shape.get("coordinates"), list):
        return {**shape, "coordinates": [[_ring(r) for r in polygon] for polygon in shape["coordinates"]]}
    return shape


def _ring(ring: Any) -> Any:
    return [*ring, ring[0]] if isinstance(ring, list) and len(ring) > 2 and ring[0] != ring[-1] else ring


def _first(properties: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((properties[name] for name in names if properties.get(name) not in (None, "")), None)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    if not isinstance(value, list):
        return ()
    return tuple(text for text in (str(item).strip() for item in value) if text)


def _prefixes(value: Any, wrong: list[Message]) -> tuple[str, ...]:
    found = []
    for text in _texts([value] if isinstance(value, int) else value):
        prefix = normal_prefix(text)
        if prefix is None:
            wrong.append(say("{text} is not a postcode or the beginning of one", text=text))
        else:
            found.append(prefix)
    return tuple(found)


def _day(value: Any, wrong: list[Message]) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        wrong.append(say("{text} is not a date", text=str(value)))
        return None
