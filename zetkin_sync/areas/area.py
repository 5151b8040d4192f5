"""An area: a piece of the district that somebody means by a name, with every way to recognise it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from shapely.geometry.base import BaseGeometry

from zetkin_sync.errors import Problem

SNAP_METRES = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area in one version.

    `geometry` is a valid polygon or multipolygon in WGS84 (lng, lat). `postcodes` are whole codes or prefixes,
    digits only. `names` are further names that a place or a title may say; the title is one already.
    `tags` and `organizations` put people there who carry a tag or belong to an association.
    `priority` says that `owner` (an association's id or title; none means the district) has prioritised it.
    The area is in force from `valid_from` up to and including `valid_to`.
    """

    id: str
    title: str
    kind: str = "area"
    geometry: BaseGeometry | None = None
    postcodes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    organizations: tuple[int, ...] = ()
    priority: bool = False
    owner: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""

    def in_force(self, day: date) -> bool:
        """Is this version the one that holds on that day?"""
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class AreaFile:
    """What was read: the areas, and what was mended or looks odd on the way (nothing is dropped silently)."""

    areas: tuple[Area, ...] = ()
    notes: tuple[Problem, ...] = ()
    snap_metres: float = field(default=SNAP_METRES)
