"""One measurement in a process of its own: `python -m benchmarks.areas.measured ours|sjoin FOLDER`."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from benchmarks.memory import Cost, cost

Pairs = tuple[np.ndarray, np.ndarray]


def ours(shapes: np.ndarray, lng: np.ndarray, lat: np.ndarray) -> Cost[Pairs]:
    from zetkin_sync.areas.points import Polygons

    ids = [f"a{i:05}" for i in range(len(shapes))]

    def work() -> Pairs:
        hits = Polygons(shapes, ids=ids).locate(lng, lat)
        return hits.point, hits.area

    return cost(work)


def sjoin(shapes: np.ndarray, lng: np.ndarray, lat: np.ndarray) -> Cost[Pairs]:
    """The seconds are the join's alone; the memory includes the points, without which it cannot begin."""
    import geopandas

    areas = geopandas.GeoDataFrame(geometry=shapes, crs=4326)
    joining: list[tuple[float, float]] = []

    def work() -> Pairs:
        places = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lng, lat), crs=4326)
        began = time.perf_counter(), time.process_time()
        joined = geopandas.sjoin(places, areas, how="inner", predicate="intersects")
        joining.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        return joined.index.to_numpy(), joined["index_right"].to_numpy()

    found = cost(work)
    seconds, cpu = joining[0]
    return replace(found, seconds=seconds, cpu=cpu)


def main(method: str, folder: Path) -> None:
    shapes = np.asarray(
        shapely.get_parts(shapely.from_wkb((folder / "shapes.wkb").read_bytes())), dtype=object
    )
    with np.load(folder / "points.npz") as stored:
        lng, lat = stored["lng"], stored["lat"]
    found = {"ours": ours, "sjoin": sjoin}[method](shapes, lng, lat)
    point, area = (column.astype(np.int64) for column in found.result)
    order = np.lexsort((area, point))
    digest = hashlib.sha256(np.stack((point[order], area[order])).tobytes()).hexdigest()
    print(
        json.dumps(
            {
                "seconds": found.seconds,
                "cpu": found.cpu,
                "megabytes": found.megabytes,
                "pairs": len(point),
                "digest": digest,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
