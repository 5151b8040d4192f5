"""Geometry made fit for use: WGS84 in the right axis order, valid, polygons only; what was mended is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zetkin_sync.areas.sweref import Order, as_wgs84, recognise
from zetkin_sync.language import Message, say

EARTH_RADIUS = 6_371_008.8
LONGEST_EDGE = 5_000.0  # metres; a straight edge in one projection bulges in another: 0.8 m at 5 km
_POLYGONS = (3, 6)  # shapely's type ids of polygon and multipolygon
_COLLECTION = 7


@dataclass(frozen=True, slots=True)
class Fitted:
    """A geometry ready for use, or none when it cannot be used; `notes` say what was done to it."""

    geometry: BaseGeometry | None
    notes: tuple[Message, ...] = ()
    refused: Message | None = None


def fit_all(geometries: Sequence[BaseGeometry | None]) -> list[Fitted]:
    """`fit` for many at once: those that need nothing are told in bulk, the others are mended one by one."""
    shapes = np.asarray(geometries, dtype=object)
    if not len(shapes):
        return []
    west, south, east, north = shapely.bounds(shapes).T
    fine = (west >= 10) & (east <= 25) & (south >= 55) & (north <= 70)
    fine &= (
        np.isin(shapely.get_type_id(shapes), _POLYGONS) & ~shapely.has_z(shapes) & shapely.is_valid(shapes)
    )
    return [Fitted(shape) if good else fit(shape) for shape, good in zip(shapes, fine, strict=True)]


def fit(geometry: BaseGeometry | None) -> Fitted:
    """Make a geometry a valid WGS84 polygon or multipolygon, saying what had to be done.

    Refused (never dropped silently): no geometry, no polygon, coordinates that fit neither system.
    """
    if geometry is None or shapely.is_empty(geometry):
        return Fitted(None, refused=say("it has no shape"))
    notes: list[Message] = []
    geometry = shapely.force_2d(geometry)
    corners = shapely.get_coordinates(geometry)
    order = recognise(corners[:, 0], corners[:, 1])
    if order is Order.UNKNOWN:
        return Fitted(None, refused=say("its coordinates are neither WGS84 nor SWEREF 99 TM"))
    if order is not Order.LNG_LAT:
        notes.append(_ORDERS[order])
        geometry = _turned(geometry, order)
    if not shapely.is_valid(geometry):
        notes.append(say("its outline was mended: {why}", why=str(shapely.is_valid_reason(geometry))))
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    geometry = _polygons(geometry)
    if geometry is None:
        return Fitted(None, tuple(notes), say("it is not a polygon"))
    return Fitted(geometry, tuple(notes))


_ORDERS = {
    Order.LAT_LNG: say("latitude and longitude were swapped, and are turned"),
    Order.EAST_NORTH: say("it was in SWEREF 99 TM, and is converted"),
    Order.NORTH_EAST: say("it was in SWEREF 99 TM with the axes swapped, and is converted"),
    Order.ABROAD: say("it lies outside Sweden"),
}


def _turned(geometry: BaseGeometry, order: Order) -> BaseGeometry:
    if order in (Order.EAST_NORTH, Order.NORTH_EAST):
        geometry = shapely.segmentize(geometry, LONGEST_EDGE)

    def turn(corners: np.ndarray) -> np.ndarray:
        return np.column_stack(as_wgs84(corners[:, 0], corners[:, 1], order))

    return shapely.transform(geometry, turn)


def _polygons(geometry: BaseGeometry) -> BaseGeometry | None:
    kind = shapely.get_type_id(geometry)
    if kind in _POLYGONS:
        return None if shapely.is_empty(geometry) else geometry
    if kind != _COLLECTION:
        return None
    parts = [part for part in shapely.get_parts(geometry) if shapely.get_type_id(part) in _POLYGONS]
    return shapely.union_all(parts) if parts else None


def square_metres(geometries: np.ndarray) -> np.ndarray:
    """The size of each WGS84 geometry; good to a few per cent, to tell the smaller of two."""
    metres_per_degree = np.radians(1.0) * EARTH_RADIUS
    middle = np.radians(shapely.get_y(shapely.centroid(geometries)))
    return np.asarray(shapely.area(geometries) * metres_per_degree**2 * np.cos(middle))


def circle(lng: float, lat: float, radius: float) -> BaseGeometry:
    """A place with a radius in metres, as a polygon: a workplace is an area like any other."""
    turns = np.linspace(0.0, 2 * np.pi, 33)[:-1]
    degrees = np.degrees(radius / EARTH_RADIUS)
    corners = np.column_stack(
        (lng + degrees * np.cos(turns) / np.cos(np.radians(lat)), lat + degrees * np.sin(turns))
    )
    return shapely.polygons(corners)


def metres_between(lng1: np.ndarray, lat1: np.ndarray, lng2: float, lat2: float) -> np.ndarray:
    """Distances of points from a point, metres; the flat formula is within a metre below 50 km."""
    x = np.radians(lng1 - lng2) * np.cos(np.radians((lat1 + lat2) / 2))
    return np.asarray(EARTH_RADIUS * np.hypot(x, np.radians(lat1 - lat2)))
