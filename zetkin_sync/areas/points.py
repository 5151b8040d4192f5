"""Points in polygons by the hundred thousand: which areas each point lies in, the smallest first.

The tree of bounding boxes gives candidate pairs; sorted by polygon, they are tested against prepared
polygons. That is several times faster than a spatial join that prepares the points, and pieces of 100,000
points keep memory flat. A boundary counts as inside. A point in no area but within the snap distance of one
(a quay, a bridge) belongs to the nearest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zetkin_sync.areas.geometry import EARTH_RADIUS, square_metres

PIECE = 100_000
OUTSIDE = -1
_METRES_PER_DEGREE = np.radians(1.0) * EARTH_RADIUS
_CELLS = 1_000_000

Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hits:
    """Where points lie. `primary` is for each point its smallest area's index, or `OUTSIDE`.

    `point` and `area` are all pairs, sorted by point and then by the area's rank; `snapped` marks points that
    are in no area and were given to the nearest within the snap distance.
    """

    primary: Indexes
    point: Indexes
    area: Indexes
    snapped: NDArray[np.bool_]


_NONE = np.empty(0, np.int32)
_NOTHING = Hits(_NONE, _NONE, _NONE, np.empty(0, np.bool_))


class Polygons:
    """Areas' geometries, ready to be asked about points (WGS84, longitude and latitude in degrees)."""

    def __init__(
        self, geometries: Sequence[BaseGeometry], *, ids: Sequence[str], snap_metres: float = 0.0
    ) -> None:
        """The rank of an area is its size, smallest first, then its id."""
        whole = np.asarray(geometries, dtype=object)
        sizes = square_metres(whole) if len(whole) else np.empty(0)
        order = sorted(range(len(whole)), key=lambda i: (round(float(sizes[i])), ids[i]))
        self.rank = np.empty(len(whole), np.int32)
        self.rank[order] = np.arange(len(whole), dtype=np.int32)
        self._by_rank = np.asarray(order, np.int32)
        self.snap_metres = snap_metres
        # A multipolygon's bounding box is mostly empty, so the tree holds its parts (shapely: STRtree).
        self._parts, self._whole = shapely.get_parts(whole, return_index=True)
        self._whole = self._whole.astype(np.int32)
        shapely.prepare(self._parts)
        self._tree = shapely.STRtree(self._parts)

    def locate(self, lng: Floats, lat: Floats) -> Hits:
        """Where each point lies; a coordinate that is no number lies outside."""
        pieces = list(self.in_pieces(lng, lat)) or [_NOTHING]
        shifted = [hits.point + np.int32(i * PIECE) for i, hits in enumerate(pieces)]
        return Hits(
            primary=np.concatenate([hits.primary for hits in pieces]),
            point=np.concatenate(shifted),
            area=np.concatenate([hits.area for hits in pieces]),
            snapped=np.concatenate([hits.snapped for hits in pieces]),
        )

    def in_pieces(self, lng: Floats, lat: Floats) -> Iterator[Hits]:
        """The same, piece by piece; the points of each piece are numbered from 0."""
        for start in range(0, len(lng), PIECE):
            yield self._piece(lng[start : start + PIECE], lat[start : start + PIECE])

    def _piece(self, lng: Floats, lat: Floats) -> Hits:
        point, part = self._candidates(shapely.points(lng, lat))
        inside = shapely.intersects_xy(self._parts[part], lng[point], lat[point])
        point, area = point[inside], self._whole[part[inside]]
        snapped = np.zeros(len(lng), np.bool_)
        if self.snap_metres > 0 and len(self._parts):
            lost = np.ones(len(lng), np.bool_)
            lost[point] = False
            near_point, near_area = self._nearest(lng, lat, np.flatnonzero(lost))
            snapped[near_point] = True
            point, area = np.concatenate((point, near_point)), np.concatenate((area, near_area))
        return self._ranked(len(lng), point, area, snapped)

    def _candidates(self, shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs whose bounding boxes meet, sorted by polygon so that each prepared polygon is used in one go."""
        shape, part = self._tree.query(shapes)
        order = np.argsort(part, kind="stable")
        return shape[order], part[order]

    def _ranked(
        self, count: int, point: NDArray[np.int64], area: Indexes, snapped: NDArray[np.bool_]
    ) -> Hits:
        rank = self.rank[area]
        key = np.unique(point.astype(np.int64) * max(len(self.rank), 1) + rank)
        point_, rank_ = np.divmod(key, max(len(self.rank), 1))
        area_ = self._by_rank[rank_] if len(rank_) else np.empty(0, np.int32)
        primary = np.full(count, OUTSIDE, np.int32)
        first = np.ones(len(point_), np.bool_)
        first[1:] = point_[1:] != point_[:-1]
        primary[point_[first]] = area_[first]
        return Hits(primary, point_.astype(np.int32), area_, snapped)

    def _nearest(
        self, lng: Floats, lat: Floats, lost: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Indexes]:
        """For points in no area: those within the snap distance of one, and the nearest."""
        none = np.empty(0, np.int64), np.empty(0, np.int32)
        lost = lost[np.isfinite(lng[lost]) & np.isfinite(lat[lost])]
        up = self.snap_metres / _METRES_PER_DEGREE
        aside = up / np.cos(np.radians(np.clip(lat[lost], -89, 89)))
        boxes = shapely.box(lng[lost] - aside, lat[lost] - up, lng[lost] + aside, lat[lost] + up)
        which, part = self._candidates(boxes)
        if not len(which):
            return none
        point = lost[which]
        # A wider test in degrees, prepared and fast, leaves few pairs for the exact one in metres.
        close = shapely.dwithin(
            self._parts[part], shapely.points(lng[point], lat[point]), float(aside.max()) * 1.01
        )
        point, part = point[close], part[close]
        metres = self._metres(lng[point], lat[point], part)
        near = metres <= self.snap_metres
        point, part, metres = point[near], part[near], metres[near]
        if not len(point):
            return none
        area = self._whole[part]
        order = np.lexsort((self.rank[area], metres, point))
        point, area = point[order], area[order]
        first = np.ones(len(point), np.bool_)
        first[1:] = point[1:] != point[:-1]
        return point[first], area[first]

    def _metres(self, lng: Floats, lat: Floats, part: NDArray[np.int64]) -> Floats:
        """The distance of each point from its polygon's outline, metres; pairs come sorted by polygon."""
        found = np.empty(len(part))
        bounds = np.flatnonzero(np.diff(part, prepend=-1, append=-1))
        for start, end in pairwise(bounds):
            rings = shapely.get_rings(self._parts[part[start]])
            ends = [shapely.get_coordinates(ring) for ring in rings]
            a = np.concatenate([ring[:-1] for ring in ends])
            b = np.concatenate([ring[1:] for ring in ends])
            step = max(1, _CELLS // len(a))
            for i in range(start, end, step):
                some = slice(i, min(i + step, end))
                found[some] = _from_edges(lng[some], lat[some], a, b)
        return found


def _from_edges(lng: Floats, lat: Floats, a: Floats, b: Floats) -> Floats:
    """The least distance of each point from any edge, metres, in each point's own flat plane."""
    across = np.cos(np.radians(lat))[:, None] * _METRES_PER_DEGREE
    ax, ay = (a[:, 0] - lng[:, None]) * across, (a[:, 1] - lat[:, None]) * _METRES_PER_DEGREE
    dx, dy = (b[:, 0] - a[:, 0]) * across, (b[:, 1] - a[:, 1])[None, :] * _METRES_PER_DEGREE
    length = dx * dx + dy * dy
    along = np.clip(-(ax * dx + ay * dy) / np.where(length == 0, 1, length), 0, 1)
    return np.asarray(np.sqrt(((ax + along * dx) ** 2 + (ay + along * dy) ** 2).min(axis=1)))
