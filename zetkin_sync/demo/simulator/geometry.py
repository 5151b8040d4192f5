"""Whether a point lies in a GeoJSON polygon; longitude first, the boundary belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any


def contains(boundary: dict[str, Any], lng: float, lat: float) -> bool:
    """Is the point inside the outer ring and in none of the holes?"""
    outer, *holes = boundary["coordinates"]
    return _in_ring(outer, lng, lat) and not any(_in_ring(hole, lng, lat) for hole in holes)


def _in_ring(ring: Sequence[Sequence[float]], x: float, y: float) -> bool:
    """Crossing number: how often a ray to the east crosses the ring."""
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
