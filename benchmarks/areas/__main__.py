"""A million points in five thousand areas: ours, geopandas' `sjoin`, and our command from CSV to CSV.

`python -m benchmarks areas [--quick] [--rounds N]`. Every measurement is a process of its own; methods take turns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import shapely

from benchmarks.areas.shapes import overlapping, partition, points
from benchmarks.tables import machine, put_section, table

SETS = {"partition, ragged shared borders": partition, "overlapping areas": overlapping}
METHODS = ("ours", "sjoin")


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="benchmarks areas")
    asked.add_argument("--quick", action="store_true", help="a tenth of it, and no section is written")
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args(arguments)
    count, areas = (100_000, 500) if options.quick else (1_000_000, 5_000)
    rows, good = [], True
    for name, make in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            shapes = make(areas, seed=5)
            _write(Path(folder), shapes, count)
            row, ok = _compare(name, Path(folder), shapes, rounds=options.rounds)
        rows.append(row)
        good &= ok
        print(" | ".join(map(str, row)), flush=True)
    if not options.quick:
        put_section("Points in areas", _section(rows, count, areas))
    return 0 if good else 1


def _write(folder: Path, shapes: np.ndarray, count: int) -> None:
    lng, lat = points(count, shapes, seed=6)
    np.savez(folder / "points.npz", lng=lng, lat=lat)
    (folder / "shapes.wkb").write_bytes(shapely.to_wkb(shapely.geometrycollections(shapes)))
    features = [
        {"type": "Feature", "properties": {"id": f"a{i:05}"}, "geometry": shapely.geometry.mapping(shape)}
        for i, shape in enumerate(shapes)
    ]
    (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    lines = [f"{i},{y!r},{x!r}" for i, (x, y) in enumerate(zip(lng.tolist(), lat.tolist(), strict=True))]
    (folder / "points.csv").write_text("id,lat,lng\n" + "\n".join(lines) + "\n")


def _compare(name: str, folder: Path, shapes: np.ndarray, *, rounds: int) -> tuple[list[Any], bool]:
    found: dict[str, list[dict[str, Any]]] = {method: [] for method in METHODS}
    command: list[float] = []
    for _ in range(rounds):
        for method in METHODS:
            run = subprocess.run(
                [sys.executable, "-m", "benchmarks.areas.measured", method, str(folder)],
                check=True,
                capture_output=True,
            )
            found[method].append(json.loads(run.stdout))
        command.append(_command(folder))
    digests = {run["digest"] for runs in found.values() for run in runs}
    ours, theirs = (
        {key: median(run[key] for run in found[m]) for key in ("seconds", "cpu", "megabytes")}
        for m in METHODS
    )
    pairs_of_runs = list(zip(*found.values(), strict=True))
    time_ratio = median(o["cpu"] / t["cpu"] for o, t in pairs_of_runs)
    wall_ratio = median(o["seconds"] / t["seconds"] for o, t in pairs_of_runs)
    memory_ratio = ours["megabytes"] / theirs["megabytes"]
    pairs = found["ours"][0]["pairs"]
    corners = round(len(shapely.get_coordinates(shapes)) / len(shapes))
    row = [
        f"{name} ({len(shapes):,} areas, {corners} corners)",
        f"{ours['cpu']:.2f} s, {ours['megabytes']:.0f} MB",
        f"{theirs['cpu']:.2f} s, {theirs['megabytes']:.0f} MB",
        f"{time_ratio:.2f} ({wall_ratio:.2f})",
        f"{memory_ratio:.2f}",
        f"yes ({pairs:,} pairs)" if len(digests) == 1 else "**no**",
        f"{median(command):.2f} s",
    ]
    return row, len(digests) == 1 and time_ratio <= 1 / 3 and memory_ratio <= 1 / 2


def _command(folder: Path) -> float:
    """Seconds of `zetkin-sync areas locate`, its start and all reading and writing included."""
    script = Path(sys.executable).with_name("zetkin-sync")
    began = time.perf_counter()
    with (folder / "points.csv").open("rb") as source, (folder / "located.csv").open("wb") as target:
        subprocess.run(
            [script, "areas", "locate", "--geojson", folder / "areas.geojson", "--id", "id", "--snap", "0"],
            check=True,
            stdin=source,
            stdout=target,
            stderr=subprocess.DEVNULL,
        )
    return time.perf_counter() - began


def _section(rows: list[list[Any]], count: int, areas: int) -> str:
    head = (
        "Areas",
        "ours",
        "geopandas `sjoin`",
        "time, ratio (by the wall clock)",
        "extra memory, ratio",
        "same answers",
        "`areas locate`, CSV to CSV",
    )
    return f"""{count:,} points in {areas:,} areas; one point in a hundred is a corner of a border. Both start from
coordinates as arrays and areas as shapes. The join's time is `sjoin` alone; making a million point objects for it
(`points_from_xy`) is left out of its time and counted in its memory. All pairs of point and
area are compared, not only the first area. Promised: at most 1/3 of the time and 1/2 of the extra memory.

{table(head, rows)}

CPU seconds, because the machine was busy with other work. Medians of alternating runs, each a process of its
own. {machine()}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
