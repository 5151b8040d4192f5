"""A district's database and configuration, multiplied: every association, member, event and area many times over.

Each copy has ids, titles and places of its own; the district's own tags and plan are shared.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = 1
FEW, MANY = 1_000, 10_000_000  # how far apart the copies' ids are: of organizations, of everything else
_ORGANIZATION = f"CASE organization WHEN {ROOT} THEN {ROOT} ELSE organization + :few END"
_PLACE = {"lat": "lat + :up", "lng": "lng + :aside"}

# How the columns of a copied row differ (the others are as they were), and which rows are copied.
_COPIED: Mapping[str, tuple[dict[str, str], str]] = {
    "organization": (
        {
            "id": "id + :few",
            "parent": f"CASE parent WHEN {ROOT} THEN {ROOT} ELSE parent + :few END",
            "title": "title || ' ' || :copy",
        },
        f"id <> {ROOT} AND id < {FEW}",
    ),
    "person": ({"organization": _ORGANIZATION, "id": "id + :many"}, f"id < {MANY}"),
    "place": ({"organization": _ORGANIZATION, "id": "id + :many", **_PLACE}, f"id < {MANY}"),
    "event": (
        {
            "organization": _ORGANIZATION,
            "id": "id + :many",
            "place": "place + :many",
            "contact": "contact + :many",
            **_PLACE,
        },
        f"id < {MANY}",
    ),
    "participation": (
        {"organization": _ORGANIZATION, "event": "event + :many", "person": "person + :many"},
        f"person < {MANY}",
    ),
    "response": (
        {"organization": _ORGANIZATION, "event": "event + :many", "person": "person + :many"},
        f"person < {MANY}",
    ),
    "tagging": (
        {"organization": _ORGANIZATION, "person": "person + :many", "value": "value || ' ' || :copy"},
        f"person < {MANY}",
    ),
    "official": ({"organization": _ORGANIZATION, "person": "person + :many"}, f"person < {MANY}"),
    "snapshot": (
        {"id": "NULL", "organization": "organization + :few"},
        f"organization <> {ROOT} AND organization < {FEW}",
    ),
}


def shift(copy: int) -> tuple[float, float]:
    """How far aside and up a copy lies, degrees: within the ranges by which coordinates are recognised."""
    return ((copy % 5 - 3) * 1.6, (copy // 5 - 4) * 0.55) if copy else (0.0, 0.0)


def multiply(source: Path, target: Path, *, times: int) -> None:
    """Make `target` a folder like `source` (config/ and zetkin_sync.db) with `times` of everything."""
    target.mkdir(parents=True)
    shutil.copytree(source / "config", target / "config")
    with (
        closing(sqlite3.connect(source / "zetkin_sync.db")) as old,
        closing(sqlite3.connect(target / "zetkin_sync.db")) as new,
    ):
        old.backup(new)
        new.execute("DELETE FROM assessment")
        for copy in range(1, times):
            _copy_rows(new, copy)
        new.commit()
        new.execute("ANALYZE")
        new.commit()
    config = target / "config"
    _copy_areas(config / "areas" / "demo.geojson", times)
    _copy_lines(config / "associations.csv", _association, times)
    _copy_lines(config / "priorities.csv", _priority, times)


def _copy_rows(database: sqlite3.Connection, copy: int) -> None:
    aside, up = shift(copy)
    values = {"few": copy * FEW, "many": copy * MANY, "copy": copy, "aside": aside, "up": up}
    for table, (changed, which) in _COPIED.items():
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        selected = ", ".join(changed.get(column, column) for column in columns)
        database.execute(f"INSERT INTO {table} SELECT {selected} FROM {table} WHERE {which}", values)


def _copy_areas(drawing: Path, times: int) -> None:
    found = json.loads(drawing.read_text(encoding="utf-8"))
    whole = list(found["features"])
    for copy in range(1, times):
        aside, up = shift(copy)
        for feature in whole:
            known = feature["properties"]
            names = {"id": f"{known['id']}-{copy}", "title": f"{known['title']} {copy}", "postcodes": []}
            rings = [[[x + aside, y + up] for x, y in ring] for ring in feature["geometry"]["coordinates"]]
            shape = {**feature["geometry"], "coordinates": rings}
            found["features"].append({**feature, "properties": {**known, **names}, "geometry": shape})
    drawing.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def _copy_lines(path: Path, changed: Callable[[dict[str, str], int], dict[str, str]], times: int) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        rows, columns = list(reader), list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[Any] = csv.DictWriter(file, columns, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        for copy in range(1, times):
            writer.writerows(changed(row, copy) for row in rows if int(next(iter(row.values()))) != ROOT)


def _association(row: dict[str, str], copy: int) -> dict[str, str]:
    return {**row, "id": str(int(row["id"]) + copy * FEW), "title": f"{row['title']} {copy}"}


def _priority(row: dict[str, str], copy: int) -> dict[str, str]:
    moved = {**row, "organization": str(int(row["organization"]) + copy * FEW)}
    if not row["lat"]:
        return {**moved, "subject": f"{row['subject']}-{copy}"}
    aside, up = shift(copy)
    return {**moved, "lat": str(float(row["lat"]) + up), "lng": str(float(row["lng"]) + aside)}
