"""SWEREF 99 TM (EPSG:3006) to WGS84, and which of the two a pair of numbers is.

The formulas are Lantmäteriet's for the transverse Mercator projection (Krüger's series, "Gauss Conformal
Projection", 2008) on GRS 80; they agree with PROJ to a hundredth of a millimetre within Sweden.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AXIS, _FLATTENING = 6_378_137.0, 1 / 298.257222101
_SCALE, _MERIDIAN, _FALSE_EASTING = 0.9996, np.radians(15.0), 500_000.0
_N = _FLATTENING / (2 - _FLATTENING)
_RADIUS = _AXIS / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_E2 = _FLATTENING * (2 - _FLATTENING)
_INVERSE = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_LATITUDE = (
    _E2 + _E2**2 + _E2**3 + _E2**4,
    -(7 * _E2**2 + 17 * _E2**3 + 30 * _E2**4) / 6,
    (224 * _E2**3 + 889 * _E2**4) / 120,
    -(4279 * _E2**4) / 1260,
)


class Order(StrEnum):
    """What two columns of numbers are, first and second."""

    LNG_LAT = "WGS84 longitude, latitude"
    LAT_LNG = "WGS84 latitude, longitude"
    EAST_NORTH = "SWEREF 99 TM easting, northing"
    NORTH_EAST = "SWEREF 99 TM northing, easting"
    ABROAD = "WGS84 outside Sweden"
    UNKNOWN = "neither"


def to_wgs84(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """SWEREF 99 TM metres to (longitude, latitude) in degrees."""
    xi = northing / (_SCALE * _RADIUS)
    eta = (easting - _FALSE_EASTING) / (_SCALE * _RADIUS)
    xi1, eta1 = xi.copy(), eta.copy()
    for i, factor in enumerate(_INVERSE, start=1):
        xi1 -= factor * np.sin(2 * i * xi) * np.cosh(2 * i * eta)
        eta1 -= factor * np.cos(2 * i * xi) * np.sinh(2 * i * eta)
    conformal = np.arcsin(np.sin(xi1) / np.cosh(eta1))
    longitude = _MERIDIAN + np.arctan(np.sinh(eta1) / np.cos(xi1))
    sine = np.sin(conformal)
    square = sine * sine
    series = _LATITUDE[0] + square * (_LATITUDE[1] + square * (_LATITUDE[2] + square * _LATITUDE[3]))
    latitude = conformal + sine * np.cos(conformal) * series
    return np.degrees(longitude), np.degrees(latitude)


def recognise(first: Floats, second: Floats) -> Order:
    """Which system and axis order all the pairs fit; the Swedish ranges do not overlap, so it is never a guess."""
    if not len(first) or not (np.isfinite(first).all() and np.isfinite(second).all()):
        return Order.UNKNOWN

    def within(values: Floats, low: float, high: float) -> bool:
        return bool(low <= values.min() and values.max() <= high)

    if within(first, 10, 25) and within(second, 55, 70):
        return Order.LNG_LAT
    if within(first, 55, 70) and within(second, 10, 25):
        return Order.LAT_LNG
    if within(first, 2e5, 1e6) and within(second, 6.1e6, 7.7e6):
        return Order.EAST_NORTH
    if within(first, 6.1e6, 7.7e6) and within(second, 2e5, 1e6):
        return Order.NORTH_EAST
    if within(first, -180, 180) and within(second, -90, 90):
        return Order.ABROAD
    return Order.UNKNOWN


def as_wgs84(first: Floats, second: Floats, order: Order) -> tuple[Floats, Floats]:
    """The pairs as (longitude, latitude), given what they are."""
    match order:
        case Order.LAT_LNG:
            return second, first
        case Order.EAST_NORTH:
            return to_wgs84(first, second)
        case Order.NORTH_EAST:
            return to_wgs84(second, first)
        case _:
            return first, second
