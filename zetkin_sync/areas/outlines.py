"""Areas as flat outlines for a small map: north up, the same scale both ways, as numbers in a box."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import cos, radians

import shapely

from zetkin_sync.areas.area import Area

WIDTH = 600.0
_MARGIN = 0.04  # of the longer side, left around what is drawn
_DETAIL = 1.0  # what is smaller than this in the box is not drawn


@dataclass(frozen=True)
class Outline:
    """One area: `path` is SVG's own notation; `x` and `y` a point inside it."""

    id: str
    title: str
    path: str
    x: float
    y: float


def outlines(areas: Iterable[Area], *, around: Collection[str] = ()) -> tuple[tuple[Outline, ...], float]:
    """Drawn areas in a box WIDTH wide, the largest first, and how high the box is; nothing for none.

    The box is laid around the areas whose ids are given, or around all; what lies outside is left out.
    """
    drawn = [a for a in areas if a.geometry is not None and not a.geometry.is_empty]
    if not drawn:
        return (), 0.0
    wanted = [a.geometry for a in drawn if a.id in around] or [a.geometry for a in drawn]
    west, south, east, north = shapely.total_bounds(wanted)
    margin = _MARGIN * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    frame = shapely.box(west, south, east, north)
    drawn = [a for a in drawn if shapely.intersects(a.geometry, frame)]
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / max((east - west) * squeeze, 1e-9)
    height = max((north - south) * scale, 1.0)

    def flat(points: object) -> object:
        return (points - (west, north)) * (scale * squeeze, -scale)  # type: ignore[operator]

    found = []
    for area in sorted(drawn, key=lambda a: -a.geometry.area if a.geometry is not None else 0):
        box = shapely.simplify(shapely.transform(area.geometry, flat), _DETAIL)
        inside = shapely.point_on_surface(box)
        found.append(Outline(area.id, area.title, _path(box), round(inside.x, 1), round(inside.y, 1)))
    return tuple(found), round(height, 1)


def _path(geometry: object) -> str:
    rings = [r for part in shapely.get_parts(geometry) for r in (part.exterior, *part.interiors)]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]) + "Z"
        for ring in rings
    )
