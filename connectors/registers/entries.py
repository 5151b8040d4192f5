"""From a table's rows to register rows: associations and areas by their ids, the rest as the register's own values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.registers.cells import NotUnderstoodError
from connectors.registers.sheet import Column, Known, RowError, read_table
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

_OWN = ("unit", "area", "day")


def entries(
    data: bytes,
    filename: str,
    columns: Sequence[Column],
    *,
    known: Known | None,
    key: Sequence[str],
    values: Mapping[str, Any] | None = None,
) -> tuple[list[RegisterRow], list[RowError]]:
    """The rows of a register. `key` are the columns that recognise a row; `values` is added to each.

    Two rows with the same key are a mistake of the second: nobody could tell which of them holds.
    """
    known = known or Known()
    rows, errors = read_table(data, filename, columns)
    headings = {column.name: column.headings[0] for column in columns}
    found: list[RegisterRow] = []
    seen: dict[str, int] = {}
    for row in rows:
        wrong = []
        places: dict[str, Any] = {}
        for name, look in (("unit", known.unit), ("area", known.area)):
            try:
                places[name] = look(row.values.get(name))
            except NotUnderstoodError as error:
                wrong.append(RowError(row.number, headings[name], error.wrong, error.allowed))
        recognised = row.key(*key)
        if recognised in seen:
            twice = say("the same row stands in row {other}", other=seen[recognised])
            wrong.append(RowError(row.number, "-", twice, say("each row once")))
        errors += wrong
        if wrong:
            continue
        seen[recognised] = row.number
        own = {n: v for n, v in row.values.items() if n not in _OWN and v is not None}
        found.append(
            RegisterRow(
                key=recognised,
                unit=places["unit"],
                area=places["area"],
                day=row.values.get("day"),
                values={**own, **(values or {})},
            )
        )
    return found, sorted(errors, key=lambda error: (error.row, error.column))
