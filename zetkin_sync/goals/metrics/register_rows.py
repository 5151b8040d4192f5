"""What a register says: how many rows, which sum, which share of them, how many associations, which categories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Literal

from pydantic import Field

from zetkin_sync.goals.measurement import (
    Measurement,
    Part,
    Verdict,
    evidence,
    nothing_to_count,
    share_of_parts,
    unknown,
)
from zetkin_sync.goals.metric import Asked, Settings
from zetkin_sync.goals.observed import ASSOCIATIONS, Observed
from zetkin_sync.goals.windows import Window, year_before
from zetkin_sync.language import Message, say, say_n
from zetkin_sync.records.facts import RegisterRow


class Parameters(Settings):
    """Of the rows in the window that fit `where` (column = one value or several):

    rows = their number; sum = of the column `column`; share = those where `column` is yes; units = associations
    whose newest row says yes in `column` (any row, if none is named); categories = those of `categories` that
    some row's `column` names. `since = "plan"` compares with the day the plan began instead of last year.
    `among = "answering"` takes the associations that have a row, instead of all.
    """

    rows_of: str
    count: Literal["rows", "sum", "share", "units", "categories"]
    column: str = ""
    where: dict[str, Any] = Field(default_factory=dict)
    categories: tuple[str, ...] = ()
    associations: tuple[str, ...] = ASSOCIATIONS
    among: Literal["all", "answering"] = "all"
    since: Literal["year", "plan"] = "year"
    least: int = Field(default=1, ge=1)


def measure(observed: Observed, asked: Asked[Parameters]) -> Measurement:
    """The figure; unknown when the register was never uploaded."""
    wanted = asked.parameters
    register = observed.register(wanted.rows_of)
    if register is None:
        return unknown(say("the register {name} has not been uploaded", name=wanted.rows_of))
    fitting = [row for row in register.rows if _fits(row, wanted.where)]
    window = asked.window
    rows = [row for row in fitting if row.day is None or _within(row.day, window)]
    match wanted.count:
        case "rows" | "sum":
            return _total(fitting, rows, asked)
        case "share":
            return _share(rows, wanted, window.day)
        case "categories":
            return _categories(rows, wanted)
        case _:
            return _units(observed, fitting, asked)


def _fits(row: RegisterRow, where: dict[str, Any]) -> bool:
    for column, value in where.items():
        allowed = value if isinstance(value, list | tuple) else [value]
        if row.values.get(column) not in allowed:
            return False
    return True


def _within(day: date, window: Window) -> bool:
    """Now means every row so far; anything else its own stretch."""
    return (
        day <= window.day
        if window.first == window.last
        else window.first <= day <= min(window.last, window.day)
    )


def _amount(rows: list[RegisterRow], wanted: Parameters) -> float:
    return float(
        len(rows) if wanted.count == "rows" else sum(row.values.get(wanted.column) or 0 for row in rows)
    )


def _total(fitting: list[RegisterRow], rows: list[RegisterRow], asked: Asked[Parameters]) -> Measurement:
    wanted = asked.parameters
    value = _amount(rows, wanted)
    before = year_before(asked.window)
    then = [row for row in fitting if row.day is not None and _within(row.day, before)]
    return Measurement(
        value=value,
        before=_amount(then, wanted) if then else None,
        finding=say_n("{n} entry", "{n} entries", n=len(rows)) if wanted.count == "rows" else None,
        evidence=evidence(wanted.rows_of, [row.key for row in rows]),
    )


def _says_yes(value: Any, day: date) -> bool:
    """A date is a yes until it has passed: a mandate, a term."""
    return value >= day if isinstance(value, date) else bool(value)


def _share(rows: list[RegisterRow], wanted: Parameters, day: date) -> Measurement:
    if not rows:
        return unknown(say("nothing is entered for the period yet"))
    good = [row for row in rows if _says_yes(row.values.get(wanted.column), day)]
    return Measurement(
        value=len(good) / len(rows),
        numerator=len(good),
        denominator=len(rows),
        evidence=evidence(wanted.rows_of, [row.key for row in good]),
    )


def _categories(rows: list[RegisterRow], wanted: Parameters) -> Measurement:
    parts = []
    for category in wanted.categories:
        found = [row for row in rows if row.values.get(wanted.column) == category]
        parts.append(
            Part(
                unit=category,
                title=category,
                verdict=Verdict.YES if len(found) >= wanted.least else Verdict.NO,
                value=len(found),
                of=wanted.least,
                finding=say_n("{n} entry", "{n} entries", n=len(found)),
                evidence=evidence(wanted.rows_of, [row.key for row in found]),
            )
        )
    keys = [row.key for row in rows if row.values.get(wanted.column) in wanted.categories]
    return replace(share_of_parts(parts), evidence=evidence(wanted.rows_of, keys))


def _units(observed: Observed, rows: list[RegisterRow], asked: Asked[Parameters]) -> Measurement:
    wanted = asked.parameters
    units = [unit.id for unit in observed.associations(wanted.associations)]
    newest = _newest(rows, asked.window)
    if wanted.among == "answering":
        units = [unit for unit in units if unit in newest]
    if not units:
        return nothing_to_count()
    then = asked.plan.starts if wanted.since == "plan" else year_before(asked.window).day
    old = _newest(rows, Window(date.min, then, then))
    parts = [
        Part(
            unit=unit,
            title=observed.title(unit),
            verdict=Verdict.YES if _yes(newest.get(unit), wanted, asked.window.day) else Verdict.NO,
            finding=_finding(newest.get(unit), wanted, asked.window.day),
            evidence=evidence(wanted.rows_of, [newest[unit].key] if unit in newest else []),
        )
        for unit in units
    ]
    measured = share_of_parts(parts)
    if not any(unit in old for unit in units):
        return measured
    before = sum(_yes(old.get(unit), wanted, then) for unit in units) / len(units)
    return replace(measured, before=before)


def _newest(rows: list[RegisterRow], window: Window) -> dict[int, RegisterRow]:
    found: dict[int, RegisterRow] = {}
    for row in sorted(rows, key=lambda r: (r.day or date.min, r.key)):
        if row.unit is not None and (row.day is None or _within(row.day, window)):
            found[row.unit] = row
    return found


def _yes(row: RegisterRow | None, wanted: Parameters, day: date) -> bool:
    return row is not None and (not wanted.column or _says_yes(row.values.get(wanted.column), day))


def _finding(row: RegisterRow | None, wanted: Parameters, day: date) -> Message:
    if row is None:
        return say("no entry")
    said = say("yes") if _yes(row, wanted, day) else say("no")
    return said if row.day is None else say("{said} ({on})", said=said, on=row.day)
