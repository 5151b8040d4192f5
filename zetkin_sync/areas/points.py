"""Points in polygons by the hundred thousand: which areas each point lies in, the smallest first.

A tree of bounding boxes, asked about small cells of points, gives candidate pairs; sorted by polygon, they are
tested against prepared polygons. That is several times faster than a spatial join that makes and prepares a
geometry of every point, and pieces of 100,000 points keep memory flat. A boundary counts as inside. A point in no area but within the snap distance of one
(a quay, a bridge) belongs to the nearest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zetkin_sync.areas.geometry import EARTH_RADIUS, square_metres

PIECE = 100_000
POINTS_A_CELL = 16
OUTSIDE = -1
_METRES_PER_DEGREE = np.radians(1.0) * EARTH_RADIUS
_CELLS = 1_000_000

Indexes = NDArray[np.int32]
Places = NDArray[np.int64]
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
_NO_PLACES = np.empty(0, np.int64)
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
        self._bounds = shapely.bounds(self._parts).T.copy() if len(self._parts) else np.empty((4, 0))
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
        point, part = self._candidates(lng, lat, aside=0.0, up=0.0)
        inside = shapely.intersects_xy(self._parts[part], lng[point], lat[point])
        point, area = point[inside], self._whole[part[inside]]
        snapped = np.zeros(len(lng), np.bool_)
        if self.snap_metres > 0 and len(self._parts):
            lost = np.isfinite(lng) & np.isfinite(lat)
            lost[point] = False
            near_point, near_area = self._nearest(lng, lat, np.flatnonzero(lost))
            snapped[near_point] = True
            point, area = np.concatenate((point, near_point)), np.concatenate((area, near_area))
        return self._ranked(len(lng), point, area, snapped)

    def _candidates(self, lng: Floats, lat: Floats, *, aside: float, up: float) -> tuple[Places, Places]:
        """Pairs of points and parts whose bounding boxes, widened by degrees, hold them; sorted by part.

        The tree is asked about small cells of points, not about each point: making a geometry of every point
        costs more than all the tests. Sorted by part, each prepared polygon is used in one go.
        """
        order, starts = _cells(lng, lat)
        if not len(starts) or not len(self._parts):
            return _NO_PLACES, _NO_PLACES
        x, y = lng[order], lat[order]
        boxes = shapely.box(
            np.minimum.reduceat(x, starts) - aside,
            np.minimum.reduceat(y, starts) - up,
            np.maximum.reduceat(x, starts) + aside,
            np.maximum.reduceat(y, starts) + up,
        )
        cell, part = self._tree.query(boxes)
        by_part = np.argsort(part, kind="stable")
        cell, part = cell[by_part], part[by_part]
        sizes = np.diff(starts, append=len(order))[cell]
        ends = np.cumsum(sizes)
        place = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[cell] - ends + sizes, sizes)
        part = np.repeat(part, sizes)
        x, y, bounds = x[place], y[place], self._bounds
        held = (x >= bounds[0][part] - aside) & (x <= bounds[2][part] + aside)
        held &= (y >= bounds[1][part] - up) & (y <= bounds[3][part] + up)
        return order[place[held]], part[held]

    def _ranked(self, count: int, point: Places, area: Indexes, snapped: NDArray[np.bool_]) -> Hits:
        """The pairs by point and rank, each once: a point on the seam of two parts of an area is in it once."""
        many = max(len(self.rank), 1)
        key = point * many + self.rank[area]
        key.sort()
        key = key[np.diff(key, prepend=-1) > 0]
        point_, rank_ = np.divmod(key, many)
        area_ = self._by_rank[rank_]
        primary = np.full(count, OUTSIDE, np.int32)
        first = np.diff(point_, prepend=-1) > 0
        primary[point_[first]] = area_[first]
        return Hits(primary, point_.astype(np.int32), area_, snapped)

    def _nearest(self, lng: Floats, lat: Floats, lost: Places) -> tuple[Places, Indexes]:
        """For points in no area: those within the snap distance of one, and the nearest."""
        if not len(lost):
            return _NO_PLACES, _NONE
        up = self.snap_metres / _METRES_PER_DEGREE
        aside = float(up / np.cos(np.radians(np.clip(np.abs(lat[lost]).max(), 0, 89))))
        which, part = self._candidates(lng[lost], lat[lost], aside=aside, up=up)
        if not len(which):
            return _NO_PLACES, _NONE
        point = lost[which]
        # A wider test in degrees, prepared and fast, leaves few pairs for the exact one in metres.
        shapes = shapely.points(lng[point], lat[point])
        close = shapely.dwithin(self._parts[part], shapes, aside * 1.01)
        point, part = point[close], part[close]
        metres = self._metres(lng[point], lat[point], part)
        near = metres <= self.snap_metres
        point, part, metres = point[near], part[near], metres[near]
        area = self._whole[part]
        order = np.lexsort((self.rank[area], metres, point))
        point, area = point[order], area[order]
        first = np.diff(point, prepend=-1) > 0
        return point[first], area[first]

    @cached_property
    def _edges(self) -> tuple[Floats, Floats, Places]:
        """The outlines' edges, from and to, all parts after each other, and where each part's begin (and the end)."""
        rings, part = shapely.get_rings(self._parts, return_index=True)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        last = np.diff(ring, append=-1) != 0  # the corner that closes a ring begins no edge
        owner = part[ring][~last]
        starts = np.searchsorted(owner, np.arange(len(self._parts) + 1))
        return corners[~last], corners[np.flatnonzero(~last) + 1], starts

    def _metres(self, lng: Floats, lat: Floats, part: Places) -> Floats:
        """The distance of each point from its part's outline, metres."""
        a, b, starts = self._edges
        first, count = starts[part], starts[part + 1] - starts[part]
        found = np.empty(len(part))
        for some in _batches(count, _CELLS):
            n = count[some]
            ends = np.cumsum(n)
            edge = np.arange(ends[-1]) + np.repeat(first[some] - ends + n, n)
            each = _from_edges(np.repeat(lng[some], n), np.repeat(lat[some], n), a[edge], b[edge])
            found[some] = np.minimum.reduceat(each, ends - n)
        return found


def _batches(sizes: Places, most: int) -> Iterator[slice]:
    """Stretches of items whose sizes add up to about `most`."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        used = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, used + most, side="right")))
        yield slice(start, stop)
        start = stop


def _cells(lng: Floats, lat: Floats) -> tuple[Places, Places]:
    """The points put together by small cells: their order, and where each cell begins in it."""
    known = np.flatnonzero(np.isfinite(lng) & np.isfinite(lat))
    if not len(known):
        return _NO_PLACES, _NO_PLACES
    x, y = lng[known], lat[known]
    side = max(1, int(np.sqrt(len(known) / POINTS_A_CELL)))
    column = ((x - x.min()) * (side / max(float(np.ptp(x)), 1e-9))).astype(np.int32)
    row = ((y - y.min()) * (side / max(float(np.ptp(y)), 1e-9))).astype(np.int32)
    cell = row * np.int32(side + 1) + column
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    return known[order], starts


def _from_edges(lng: Floats, lat: Floats, a: Floats, b: Floats) -> Floats:
    """The distance of each point from its edge, metres, in the point's own flat plane."""
    across = np.cos(np.radians(lat)) * _METRES_PER_DEGREE
    ax, ay = (a[:, 0] - lng) * across, (a[:, 1] - lat) * _METRES_PER_DEGREE
    dx, dy = (b[:, 0] - a[:, 0]) * across, (b[:, 1] - a[:, 1]) * _METRES_PER_DEGREE
    length = dx * dx + dy * dy
    along = np.clip(-(ax * dx + ay * dy) / np.where(length == 0, 1, length), 0, 1)
    return np.asarray(np.hypot(ax + along * dx, ay + along * dy))
