"""Points in polygons, quickly, and the same answers as one by one; the command that does it for a table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zetkin_sync.areas.geometry import EARTH_RADIUS, square_metres
from zetkin_sync.areas.points import OUTSIDE, Polygons

ENVIRONMENT = {"PATH": os.environ["PATH"], "ZETKIN_SYNC_LANGUAGE": "en", "COLUMNS": "200"}


def star(random: np.random.Generator, corners: int = 30) -> shapely.Polygon:
    """An irregular polygon around a place near Stockholm, on a coarse grid so that edges and corners are hit."""
    turns = np.sort(random.uniform(0, 2 * np.pi, corners))
    length = random.uniform(0.02, 0.1) * (0.6 + 0.4 * random.random(corners))
    x, y = random.uniform(17.5, 18.5), random.uniform(59, 59.6)
    ring = np.column_stack((x + 2 * length * np.cos(turns), y + length * np.sin(turns))).round(2)
    return shapely.make_valid(shapely.Polygon(ring), method="structure")


def one_by_one(
    shapes: list[shapely.Geometry], lng: np.ndarray, lat: np.ndarray
) -> tuple[list[int], set[tuple[int, int]]]:
    """The plain answer: every polygon asked about every point, the smallest first, then the id."""
    sizes = [round(float(s)) for s in square_metres(np.array(shapes, dtype=object))]
    points = shapely.points(lng, lat)
    inside = [[shapely.intersects(shape, point) for shape in shapes] for point in points]
    pairs = {(i, j) for i, row in enumerate(inside) for j, hit in enumerate(row) if hit}
    first = [
        min((j for j, hit in enumerate(row) if hit), key=lambda j: (sizes[j], str(j)), default=OUTSIDE)
        for row in inside
    ]
    return first, pairs


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 25))
def test_overlaps_edges_and_corners_are_answered_as_one_by_one(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    shapes = [
        shape for shape in (star(random) for _ in range(count)) if not shape.is_empty and shape.area > 0
    ]
    lng, lat = random.uniform(17.3, 18.7, 300).round(2), random.uniform(58.9, 59.7, 300).round(2)
    corners = [shapely.get_coordinates(shape)[:3] for shape in shapes]
    if corners:
        on = np.concatenate(corners)
        lng, lat = np.concatenate((lng, on[:, 0])), np.concatenate((lat, on[:, 1]))
    found = Polygons(shapes, ids=[str(i) for i in range(len(shapes))]).locate(lng, lat)
    first, pairs = one_by_one(shapes, lng, lat)
    assert found.primary.tolist() == first
    assert set(zip(found.point.tolist(), found.area.tolist(), strict=True)) == pairs


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_snap_takes_the_nearest_within_fifty_metres_and_nothing_else(seed: int) -> None:
    random = np.random.default_rng(seed)
    shapes = [star(random) for _ in range(6)]
    shapes = [shape for shape in shapes if not shape.is_empty and shape.area > 0]
    edges = np.concatenate([shapely.get_coordinates(shape) for shape in shapes])
    at = edges[random.integers(0, len(edges), 60)] + random.normal(0, 0.0006, (60, 2))
    lng, lat = at[:, 0].copy(), at[:, 1].copy()
    plain = Polygons(shapes, ids=[str(i) for i in range(len(shapes))]).locate(lng, lat)
    found = Polygons(shapes, ids=[str(i) for i in range(len(shapes))], snap_metres=50).locate(lng, lat)
    for i in range(60):
        if plain.primary[i] != OUTSIDE:
            assert found.primary[i] == plain.primary[i]
            continue
        metres = [_flat_metres(shape, lng[i], lat[i]) for shape in shapes]
        nearest = min(metres)
        if abs(nearest - 50) > 0.01:
            assert bool(found.snapped[i]) is (nearest < 50)
        if found.snapped[i]:
            assert metres[int(found.primary[i])] == pytest.approx(nearest, abs=0.01)


def _flat_metres(shape: shapely.Geometry, lng: float, lat: float) -> float:
    scale = np.array([np.cos(np.radians(lat)), 1.0]) * np.radians(1) * EARTH_RADIUS
    flat = shapely.transform(shape, lambda corners: (corners - [lng, lat]) * scale)
    return float(shapely.distance(flat, shapely.Point(0, 0)))


def test_pieces_join_and_a_point_without_coordinates_lies_nowhere() -> None:
    square = shapely.box(18, 59, 19, 60)
    lng = np.full(250_001, 18.5)
    lng[[0, 150_000]] = np.nan
    lat = np.full(250_001, 59.5)
    found = Polygons([square], ids=["a"], snap_metres=50).locate(lng, lat)
    assert np.flatnonzero(found.primary == OUTSIDE).tolist() == [0, 150_000]
    assert len(found.point) == 249_999


def test_no_areas_and_no_points_are_no_trouble() -> None:
    assert Polygons([], ids=[], snap_metres=50).locate(
        np.array([18.0]), np.array([59.0])
    ).primary.tolist() == [OUTSIDE]
    assert (
        len(Polygons([shapely.box(18, 59, 19, 60)], ids=["a"]).locate(np.empty(0), np.empty(0)).primary) == 0
    )


# the command


def drawing(tmp_path: Path, **shapes: shapely.Geometry) -> Path:
    features = [
        {"type": "Feature", "properties": {"id": name}, "geometry": json.loads(shapely.to_geojson(shape))}
        for name, shape in shapes.items()
    ]
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def locate(path: Path, text: str | bytes, *more: str) -> subprocess.CompletedProcess[bytes]:
    data = text if isinstance(text, bytes) else text.encode()
    command = [sys.executable, "-m", "zetkin_sync", "areas", "locate", "--geojson", str(path), *more]
    return subprocess.run(command, input=data, capture_output=True, env=ENVIRONMENT, check=False)


SQUARE = shapely.box(18, 59.3, 18.02, 59.32)
SMALL = shapely.box(18.01, 59.31, 18.012, 59.312)


def test_the_command_reads_a_table_and_writes_one(tmp_path: Path) -> None:
    path = drawing(tmp_path, big=SQUARE, small=SMALL)
    done = locate(path, "id,lat,lng\na,59.311,18.011\nb,59.305,18.0\nc,58,15\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"id,area\na,small\nb,big\nc,\n"


def test_columns_may_come_in_any_order_and_ids_may_need_quotes(tmp_path: Path) -> None:
    path = drawing(tmp_path, big=SQUARE)
    done = locate(path, b'\xef\xbb\xbfLNG,name,ID,Lat\r\n18.01,x,"a,1",59.31\r\n18.01,y,b,59.31\r\n')
    assert done.stdout == b'id,area\n"a,1",big\nb,big\n'


def test_rows_that_say_nothing_are_kept_without_area_and_reported(tmp_path: Path) -> None:
    path = drawing(tmp_path, big=SQUARE)
    done = locate(path, "id,lat,lng\na,59.31,18.01\nb,,\nc,59.31\nd,x,18\ne,59.31,18.01\n")
    assert done.stdout == b"id,area\na,big\nb,\nc,\nd,\ne,big\n"
    assert done.returncode == 3
    assert b"3 rows" in done.stderr
    assert b"3, 4, 5" in done.stderr


def test_swapped_columns_and_sweref_points_are_turned_and_said(tmp_path: Path) -> None:
    path = drawing(tmp_path, big=SQUARE)
    swapped = locate(path, "id,lat,lng\na,18.01,59.31\n")
    assert (swapped.stdout, b"swapped" in swapped.stderr) == (b"id,area\na,big\n", True)
    sweref = locate(path, "id,northing,easting\na,6578000,670000\n")
    assert b"SWEREF" in sweref.stderr
    assert sweref.returncode == 0


def test_how_and_every_area_can_be_asked_for(tmp_path: Path) -> None:
    path = drawing(tmp_path, big=SQUARE, small=SMALL)
    table = "id,lat,lng\na,59.311,18.011\nb,59.31,17.9995\nc,59.31,17.99\n"
    done = locate(path, table, "--how")
    assert done.stdout.splitlines()[1:] == [b"a,small,inside,small big", b"b,big,snapped,big", b"c,,outside,"]
    assert locate(path, table, "--snap", "0").stdout.splitlines()[2] == b"b,"


@pytest.mark.parametrize("text", ["", "lat,lng\n1,2\n", "id;lat\n"])
def test_a_table_without_its_columns_is_refused_in_words(tmp_path: Path, text: str) -> None:
    done = locate(drawing(tmp_path, big=SQUARE), text)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"id,lat,lng" in done.stderr


def test_a_drawing_that_cannot_be_used_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_text("{")
    assert locate(path, "id,lat,lng\n").returncode == 2
    assert locate(tmp_path / "none.geojson", "id,lat,lng\n").returncode == 2


def test_one_bad_area_does_not_stop_the_others_and_is_said(tmp_path: Path) -> None:
    path = drawing(tmp_path, big=SQUARE, point=shapely.Point(18, 59))
    done = locate(path, "id,lat,lng\na,59.31,18.01\n")
    assert (done.returncode, done.stdout) == (3, b"id,area\na,big\n")
    assert b"point" in done.stderr
