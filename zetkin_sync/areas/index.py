"""Where events and people belong, and how that is known: by coordinates, by a postcode, or by a name in the text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

import numpy as np
import shapely

from zetkin_sync.areas.area import SNAP_METRES, Area
from zetkin_sync.areas.geometry import square_metres
from zetkin_sync.areas.names import NamesOfAreas
from zetkin_sync.areas.points import Floats, Hits, Polygons
from zetkin_sync.areas.postcodes import PostcodeRules, normal_postcode, postcode_in

LOCATED, TEXT, POSTCODE, UNKNOWN = "located", "text", "postcode", "unknown"
TAG, ORGANIZATION = "tag", "organization"


@dataclass(frozen=True, slots=True)
class Placed:
    """The areas something belongs to, smallest first, and how that is known.

    `how` is "located" (coordinates; no areas then means outside all of them), "postcode", "text", "tag",
    "organization" or "unknown". `snapped` says that the coordinates lie just outside the area.
    """

    areas: tuple[str, ...] = ()
    how: str = UNKNOWN
    snapped: bool = False


class EventPlace(Protocol):
    """What of an event tells where it is; `records.facts.EventFact` has it."""

    @property
    def lat(self) -> float | None: ...
    @property
    def lng(self) -> float | None: ...
    @property
    def title(self) -> str: ...
    @property
    def place_title(self) -> str | None: ...


class AreaIndex:
    """The areas in force, ready to be asked. Made once, never changed; asking is pure."""

    def __init__(
        self, areas: Iterable[Area], *, day: date | None = None, snap_metres: float = SNAP_METRES
    ) -> None:
        """`day` chooses the versions in force on it; none takes the areas as they come."""
        self.areas = tuple(area for area in areas if day is None or area.in_force(day))
        self.snap_metres = snap_metres
        drawn = [area for area in self.areas if area.geometry is not None]
        self._drawn = tuple(area.id for area in drawn)
        self._polygons = Polygons([a.geometry for a in drawn], ids=self._drawn, snap_metres=snap_metres)
        self._postcodes = PostcodeRules({area.id: area.postcodes for area in self.areas})
        self._names = NamesOfAreas({area.id: (area.title, *area.names) for area in self.areas})
        self._by_tag = _reversed({area.id: area.tags for area in self.areas})
        self._by_organization = _reversed({area.id: area.organizations for area in self.areas})
        # Areas without a drawing come after the drawn ones: nobody knows their size.
        self._rank = {id_: (int(self._polygons.rank[i]), id_) for i, id_ in enumerate(self._drawn)}

    def locate(self, lng: Floats, lat: Floats) -> Hits:
        """Which drawn areas each point lies in; the indexes are those of `drawn`."""
        return self._polygons.locate(lng, lat)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The ids of the areas that have a geometry, in the order of `Hits`' indexes."""
        return self._drawn

    @property
    def polygons(self) -> Polygons:
        return self._polygons

    def locate_event(self, event: EventPlace) -> Placed:
        """Where one event is."""
        return self.locate_events([event])[0]

    def locate_events(self, events: Sequence[EventPlace]) -> list[Placed]:
        """Where each event is: coordinates first, then a postcode in the place's title, then a name.

        The place's title is read before the event's, which often names what the event is about instead.
        """
        lng = np.array([np.nan if e.lng is None else e.lng for e in events], np.float64)
        lat = np.array([np.nan if e.lat is None else e.lat for e in events], np.float64)
        known = np.isfinite(lng) & np.isfinite(lat)
        hits = self.locate(lng, lat)
        bounds = np.searchsorted(hits.point, np.arange(len(events) + 1))
        read: dict[tuple[str, str], Placed] = {}
        found = []
        for i, event in enumerate(events):
            if known[i]:
                areas = tuple(self._drawn[a] for a in hits.area[bounds[i] : bounds[i + 1]])
                found.append(Placed(areas, LOCATED, bool(hits.snapped[i])))
                continue
            texts = (event.place_title or "", event.title)
            if texts not in read:
                read[texts] = self._by_text(*texts)
            found.append(read[texts])
        return found

    def locate_person(
        self, *, postcode: str | None, tags: Iterable[str] = (), organizations: Iterable[int] = ()
    ) -> Placed:
        """Where a person belongs: by postcode, else by a tag's title, else by an association."""
        areas = self._postcodes.areas(normal_postcode(postcode))
        if areas:
            return Placed(self._in_order(areas), POSTCODE)
        for found, how in (
            ({a for tag in tags for a in self._by_tag.get(tag, ())}, TAG),
            ({a for o in organizations for a in self._by_organization.get(o, ())}, ORGANIZATION),
        ):
            if found:
                return Placed(self._in_order(found), how)
        return Placed()

    def _by_text(self, place: str, title: str) -> Placed:
        areas = self._postcodes.areas(postcode_in(place))
        if areas:
            return Placed(self._in_order(areas), POSTCODE)
        areas = self._names.find(place) or self._names.find(title)
        return Placed(self._in_order(areas), TEXT) if areas else Placed()

    def _in_order(self, areas: Iterable[str]) -> tuple[str, ...]:
        last = len(self._rank)
        return tuple(sorted(areas, key=lambda id_: self._rank.get(id_, (last, id_))))

    @cached_property
    def centres(self) -> Mapping[str, tuple[float, float]]:
        """A point inside each drawn area, (longitude, latitude)."""
        drawn = [area for area in self.areas if area.geometry is not None]
        points = shapely.point_on_surface(np.asarray([area.geometry for area in drawn], dtype=object))
        return {
            area.id: (float(shapely.get_x(point)), float(shapely.get_y(point)))
            for area, point in zip(drawn, points, strict=True)
        }

    @cached_property
    def sizes(self) -> Mapping[str, float]:
        """Each drawn area's size, square metres."""
        drawn = [area for area in self.areas if area.geometry is not None]
        sizes = square_metres(np.asarray([area.geometry for area in drawn], dtype=object))
        return {area.id: float(size) for area, size in zip(drawn, sizes, strict=True)}

    @cached_property
    def digest(self) -> str:
        """Says whether two indexes answer alike; stored with a figure, so that it can be told which map it used."""
        sha = hashlib.sha256(repr(self.snap_metres).encode())
        for area in sorted(self.areas, key=lambda a: (a.id, str(a.valid_from))):
            parts = (area.id, area.title, area.names, area.postcodes, area.tags, area.organizations)
            sha.update(repr(parts).encode())
            sha.update(b"" if area.geometry is None else shapely.to_wkb(area.geometry))
        return sha.hexdigest()[:16]


def _reversed(map_: Mapping[str, Iterable[object]]) -> dict[object, set[str]]:
    turned: dict[object, set[str]] = {}
    for area, keys in map_.items():
        for key in keys:
            turned.setdefault(key, set()).add(area)
    return turned
