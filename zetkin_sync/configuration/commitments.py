"""config/plan*.toml, areas.toml and priorities.csv: what was promised, where, and what is put first.

A plan's goals are tied to their metrics by `plugins.bound_plans`, which knows the metrics.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import date
from pathlib import Path

from zetkin_sync.areas import AreaFile, parse_areas
from zetkin_sync.errors import Problem
from zetkin_sync.goals import Plan, parse_plan
from zetkin_sync.language import Message, say
from zetkin_sync.problems import one_of
from zetkin_sync.records.facts import PriorityFact

PRIORITY_KINDS = ("geographic", "theme", "audience")
PRIORITY_COLUMNS = ("organization", "kind", "subject", "confirmed")


def read_plans(folder: Path, problems: list[Problem]) -> tuple[tuple[str, Plan], ...]:
    """Every plan file and its plan, in the order of their names."""
    found = []
    for path in sorted(folder.glob("plan*.toml")):
        plan, wrong = parse_plan(path.read_bytes(), file=path.name)
        problems.extend(wrong)
        if plan is not None:
            found.append((path.name, plan))
    return tuple(found)


def read_areas(folder: Path, problems: list[Problem]) -> AreaFile:
    """The areas; none when there is no areas.toml."""
    path = folder / "areas.toml"
    if not path.exists():
        return AreaFile()

    def read(name: str) -> bytes | None:
        target = (folder / name).resolve()
        inside = target.is_relative_to(folder.resolve())
        return target.read_bytes() if inside and target.is_file() else None

    areas, wrong = parse_areas(path.read_bytes(), file=path.name, read=read)
    problems.extend(wrong)
    return areas


def read_priorities(
    folder: Path, *, organizations: Collection[int], subjects: Collection[str], problems: list[Problem]
) -> tuple[PriorityFact, ...]:
    """What the district and its associations put first, row by row; none when there is no priorities.csv.

    `subjects` are the areas' ids and the plans' themes and target groups. Columns: organization (its id),
    kind, subject, confirmed (a date), and where needed valid_from, valid_to, lat, lng, radius (metres).
    """
    path = folder / "priorities.csv"
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8-sig")
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    missing = [c for c in PRIORITY_COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        names = ", ".join(PRIORITY_COLUMNS)
        problems.append(
            Problem(
                path.name,
                "row 1",
                say("columns are missing: {columns}", columns=", ".join(missing)),
                say("the columns {columns}", columns=names),
            )
        )
        return ()
    found = []
    for number, row in enumerate(reader, start=2):
        wrong = _wrong(row, organizations, subjects)
        problems.extend(
            Problem(path.name, f"row {number}, {key}", what, allowed) for key, what, allowed in wrong
        )
        if not wrong:
            found.append(
                PriorityFact(
                    owner=int(row["organization"]),
                    kind=row["kind"],
                    subject=row["subject"],
                    confirmed=date.fromisoformat(row["confirmed"]),
                    valid_from=_day(row.get("valid_from")),
                    valid_to=_day(row.get("valid_to")),
                    lat=_number(row.get("lat")),
                    lng=_number(row.get("lng")),
                    radius=_number(row.get("radius")),
                )
            )
    return tuple(found)


def _wrong(
    row: dict[str, str], organizations: Collection[int], subjects: Collection[str]
) -> list[tuple[str, Message, Message]]:
    found = []
    id_ = row["organization"] or ""
    if not id_.isdigit() or (organizations and int(id_) not in organizations):
        found.append(
            ("organization", say("“{id}” is not an association", id=id_), say("an id from associations.csv"))
        )
    if row["kind"] not in PRIORITY_KINDS:
        found.append(
            ("kind", say("“{kind}” is not a kind of priority", kind=row["kind"]), one_of(PRIORITY_KINDS))
        )
    own_place = bool(row.get("lat"))
    if not own_place and row["subject"] not in subjects:
        found.append(
            (
                "subject",
                say("“{subject}” is not known", subject=row["subject"]),
                one_of(sorted(subjects), near=row["subject"] or ""),
            )
        )
    for name in ("confirmed", "valid_from", "valid_to"):
        try:
            _day(row.get(name))
        except ValueError:
            found.append((name, say("“{value}” is not a date", value=row[name]), say("a date as 2026-03-08")))
    for name in ("lat", "lng", "radius"):
        try:
            _number(row.get(name))
        except ValueError:
            found.append((name, say("“{value}” is not a number", value=row[name]), say("a number")))
    if not row["confirmed"]:
        found.append(("confirmed", say("it is missing"), say("the day somebody last said that it holds")))
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text.strip()) if text and text.strip() else None


def _number(text: str | None) -> float | None:
    return float(text.replace(",", ".")) if text and text.strip() else None
