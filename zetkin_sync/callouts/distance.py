"""How far it is from somebody's postcode to an event, as a class, never as metres.

Nobody's position is known: a person is somewhere in her postcode's area, an event at its place or somewhere in
its area. A class is all that such knowledge carries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Protocol

from zetkin_sync.language import Message, say
from zetkin_sync.records.facts import EventFact

Point = tuple[float, float]  # longitude, latitude, WGS84
_KILOMETRES = 111.195  # a degree of latitude


class Area(Protocol):
    """What an area must say of itself; `areas.Area` does."""

    @property
    def id(self) -> str: ...
    @property
    def postcodes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Centres:
    """Points for what is known by name only: postcodes or their prefixes, and areas by id."""

    postcodes: Mapping[str, Point] = field(default_factory=dict)
    areas: Mapping[str, Point] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Sequence[Area], points: Mapping[str, Point]) -> Centres:
        """From areas and a point in each drawn one; a postcode of several areas gets the middle of their points."""
        found: dict[str, list[Point]] = {}
        for area in sorted(areas, key=lambda a: a.id):
            if area.id in points:
                for postcode in area.postcodes:
                    found.setdefault(postcode, []).append(points[area.id])
        middles = {code: _middle(some) for code, some in found.items()}
        return cls(postcodes=middles, areas=dict(points))

    def of_postcode(self, postcode: str | None) -> Point | None:
        """The point of the longest known prefix."""
        for length in range(len(postcode or ""), 0, -1):
            found = self.postcodes.get((postcode or "")[:length])
            if found is not None:
                return found
        return None

    def of_event(self, event: EventFact) -> Point | None:
        """The event's own place, else its smallest area that has a point."""
        if event.lat is not None and event.lng is not None:
            return event.lng, event.lat
        return next((self.areas[area] for area in event.areas if area in self.areas), None)


def _middle(points: Sequence[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def class_of(one: Point | None, other: Point | None, edges: Sequence[float]) -> int | None:
    """0 below the first edge (km), 1 below the second, …; None when either is not known."""
    if one is None or other is None:
        return None
    away = kilometres(one, other)
    return sum(away >= edge for edge in edges)


def kilometres(one: Point, other: Point) -> float:
    """As the crow flies, flat: good to a per cent below 50 km in Sweden."""
    across = (one[0] - other[0]) * cos(radians((one[1] + other[1]) / 2))
    return _KILOMETRES * hypot(across, one[1] - other[1])


def in_words(distance: int | None, edges: Sequence[float]) -> Message:
    """The class as people say it."""
    if distance is None:
        return say("distance not known")
    if distance == 0:
        return say("less than {km} km", km=edges[0])
    if distance == len(edges):
        return say("more than {km} km", km=edges[-1])
    return say("{from_km}–{to_km} km", from_km=edges[distance - 1], to_km=edges[distance])
