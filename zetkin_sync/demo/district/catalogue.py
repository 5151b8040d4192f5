"""The invented district's fixed parts: associations, areas, workplaces and who is to be told what.

Place names and positions are facts, rounded; the areas are circles we have dented, **approximate**, and no
authority's. They are the same for every seed, so a configuration can be written from them.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import cycle
from typing import Any

from msgspec import Struct

DISTRICT_TITLE = "Exempeldistriktet"
SILENT = "Partiföreningen Ekerö"
"""The association that has never made an event."""
CLOSED = "Partiföreningen Salem"
"""The association whose endpoints answer everybody 403."""

_CORNERS = 12
_CITY = ("11", "12", "162", "163", "164", "165", "167", "168")
_THEMES_FIRST = ("bostad", "klimat", "vard", "antirasism", "feminism", "valfard")
_GROUPS_FIRST = ("unga", "hyresgaster", "aldre", "nya_medlemmar")
_METRES_PER_DEGREE = 111_320.0

COMMITTEES = (
    "internfeminism",
    "antirasism",
    "välfärd",
    "miljö och klimat",
    "fackliga frågor",
    "bostadsaktivism",
    "internationell solidaritet",
)


class Association(Struct, frozen=True, kw_only=True):
    """An association: `kind` is geographic or branch, `profile` says how it lives."""

    title: str
    kind: str
    parent: str | None
    lat: float
    lng: float
    postcodes: tuple[str, ...]
    profile: str
    has_priorities: bool
    share: int


class Place(Struct, frozen=True, kw_only=True):
    """A priority area (with `id` and postcode prefixes) or a workplace: a point with a radius in metres."""

    id: str
    title: str
    lat: float
    lng: float
    radius: float
    association: str
    postcodes: tuple[str, ...] = ()

    @property
    def polygon(self) -> list[list[float]]:
        """A closed ring of `[longitude, latitude]`, dented so that nobody takes it for an official border."""
        dents = hashlib.blake2b(self.id.encode(), digest_size=_CORNERS).digest()
        ring = []
        for corner, dent in enumerate(dents):
            angle = 2 * math.pi * corner / _CORNERS
            length = self.radius * (0.85 + 0.3 * dent / 255) / _METRES_PER_DEGREE
            lng = self.lng + length * math.cos(angle) / math.cos(math.radians(self.lat))
            ring.append([round(lng, 5), round(self.lat + length * math.sin(angle), 5)])
        return [*ring, ring[0]]


class Recipient(Struct, frozen=True, kw_only=True):
    """A role address that status mails go to. `unit` is the association or committee, None for the district."""

    address: str
    role: str
    unit: str | None = None


def _table(name: str) -> Iterator[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    return csv.DictReader(text.splitlines(), delimiter=";")


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


@cache
def associations() -> tuple[Association, ...]:
    """About 45 geographic and 12 branch associations, parents before children."""
    return tuple(
        Association(
            title=row["title"],
            kind=row["kind"],
            parent=row["parent"] or None,
            lat=float(row["lat"]),
            lng=float(row["lng"]),
            postcodes=_codes(row["postcodes"]),
            profile=row["profile"],
            has_priorities=row["priorities"] == "yes",
            share=int(row["members"]),
        )
        for row in _table("associations.csv")
    )


@cache
def kinds() -> dict[str, str]:
    """What kind of association a title is, the district itself included."""
    return {DISTRICT_TITLE: "district", **{a.title: a.kind for a in associations()}}


@cache
def areas() -> tuple[Place, ...]:
    """The areas, each with the association that may prioritise it."""
    return tuple(
        Place(
            id=row["id"],
            title=row["title"],
            lat=float(row["lat"]),
            lng=float(row["lng"]),
            radius=float(row["radius"]),
            association=row["association"],
            postcodes=_codes(row["postcodes"]),
        )
        for row in _table("areas.csv")
    )


@cache
def workplaces() -> tuple[Place, ...]:
    """The workplaces that branch associations may prioritise."""
    return tuple(
        Place(
            id=f"workplace-{number}",
            title=row["title"],
            lat=float(row["lat"]),
            lng=float(row["lng"]),
            radius=float(row["radius"]),
            association=row["association"],
        )
        for number, row in enumerate(_table("workplaces.csv"), 1)
    )


@cache
def priorities() -> dict[str, tuple[Place, ...]]:
    """What each association has prioritised: areas or workplaces. Who has said nothing is not in it."""
    found: dict[str, tuple[Place, ...]] = {}
    for association in associations():
        if association.has_priorities:
            places = areas() if association.kind == "geographic" else workplaces()
            found[association.title] = tuple(p for p in places if p.association == association.title)
    return found


def other_priorities() -> tuple[tuple[str, str, str], ...]:
    """Themes and target groups that some associations put first: association, kind, subject in the plan."""
    every = associations()
    themes = (("theme", subject) for subject in _THEMES_FIRST)
    groups = (("audience", subject) for subject in _GROUPS_FIRST)
    return tuple(
        (association.title, kind, subject)
        for step, some in ((2, cycle(themes)), (4, cycle(groups)))
        for association, (kind, subject) in zip(every[::step], some, strict=False)
    )


@cache
def municipalities() -> tuple[Place, ...]:
    """Rough circles for the municipalities that an association is named after, and for the city."""
    found = [
        Place(
            id=f"kommun-{slug(a.title)}",
            title=a.title.split(" ", 1)[1],
            lat=a.lat,
            lng=a.lng,
            radius=4500,
            association=a.title,
        )
        for a in associations()
        if a.kind == "geographic" and a.parent is None and not a.postcodes[0].startswith(_CITY)
    ]
    city = Place(id="kommun-stockholm", title="Stockholm", lat=59.325, lng=18.05, radius=9000, association="")
    return (city, *found)


def district_priorities() -> tuple[str, ...]:
    """The ids of the areas the district itself has prioritised."""
    return (
        "rinkeby",
        "tensta",
        "husby",
        "fittja",
        "alby",
        "varberg",
        "ragsved",
        "jordbro",
        "hovsjo",
        "hagalund",
    )


def areas_geojson() -> dict[str, Any]:
    """The areas and municipalities as a GeoJSON FeatureCollection, marked approximate."""
    kinds = [*((place, "area") for place in areas()), *((place, "kommun") for place in municipalities())]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "id": area.id,
                    "title": area.title,
                    "kind": kind,
                    "approximate": True,
                    "association": area.association,
                    "postcodes": list(area.postcodes),
                },
                "geometry": {"type": "Polygon", "coordinates": [area.polygon]},
            }
            for area, kind in kinds
        ],
    }


def slug(title: str) -> str:
    """A title as part of an address."""
    last = title.split(" ", 1)[1] if " " in title else title
    plain = last.lower().translate(str.maketrans("åäö ", "aao-"))
    return "".join(c for c in plain if c.isalnum() or c == "-")


@cache
def recipients() -> tuple[Recipient, ...]:
    """Role addresses, all under a reserved name (RFC 2606)."""
    district = [
        Recipient(address="expeditionen@distriktet.example.org", role="district_office"),
        Recipient(address="styrelsen@distriktet.example.org", role="district_board"),
        Recipient(address="zetkin@distriktet.example.org", role="zetkin_network"),
        Recipient(address="regiongruppen@distriktet.example.org", role="region_group"),
        Recipient(address="teknik@distriktet.example.org", role="technical"),
    ]
    boards = [
        Recipient(address=f"{slug(a.title)}@foreningar.example.org", role="association_board", unit=a.title)
        for a in associations()
    ]
    committees = [
        Recipient(address=f"{slug('Utskott ' + name)}@utskott.example.org", role="committee", unit=name)
        for name in COMMITTEES
    ]
    return (*district, *boards, *committees)
