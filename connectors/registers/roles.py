"""The register of roles: which are filled where and until when. Who fills them is not read, even where it stands."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.sheet import Column, Known, Row, RowError, read_table
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "roles"
TITLE = say("The register of roles")
_KINDS = {
    "förening": "association",
    "partiförening": "association",
    "kommunal grupp": "municipal_groups",
    "kommungrupp": "municipal_groups",
}
COLUMNS = (
    Column(
        name="unit_title",
        headings=("Enhet", "Förening", "Grupp"),
        required=True,
        example="Partiföreningen Exempel",
    ),
    Column(name="unit_kind", headings=("Slag", "Typ"), choices=_KINDS, required=True, example="förening"),
    Column(name="role", headings=("Roll", "Uppdrag"), required=True, example="internfeministiskt ansvarig"),
    Column(name="held", headings=("Tillsatt", "Utsedd"), read=cells.yes_no, required=True, example="ja"),
    Column(name="until", headings=("T.o.m.", "Vald till"), read=cells.day, example="2027-03-31"),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each role of each unit; an association must be one that Zetkin knows, a municipal group need not."""
    known = known or Known()
    rows, errors = read_table(data, filename, COLUMNS)
    found = []
    for row in rows:
        try:
            found.append(_entry(row, known))
        except cells.NotUnderstoodError as error:
            errors.append(RowError(row.number, COLUMNS[0].headings[0], error.wrong, error.allowed))
    return found, sorted(errors, key=lambda error: error.row)


def _entry(row: Row, known: Known) -> RegisterRow:
    association = row.values["unit_kind"] == "association"
    unit = known.unit(row.values["unit_title"]) if association else None
    values = {name: value for name, value in row.values.items() if value is not None}
    return RegisterRow(
        key=row.key("unit_title", "role", "until"),
        unit=unit,
        values={**values, "role": row.values["role"].casefold()},
    )
