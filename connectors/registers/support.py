"""Support that was given: visits, contacts with those responsible, material, by association, area and day."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "support"
TITLE = say("Support that was given")
_KINDS = {
    "besök": "besök",
    "möte": "besök",
    "ansvariga": "ansvariga",
    "kontakt med ansvariga": "ansvariga",
    "material": "material",
    "förfrågan": "förfrågan",
    "annat": "annat",
}
COLUMNS = (
    Column(name="day", headings=("Datum",), read=cells.day, required=True, example="2026-04-02"),
    Column(
        name="unit", headings=("Förening", "Partiförening"), required=True, example="Partiföreningen Exempel"
    ),
    Column(name="kind", headings=("Slag", "Vad"), choices=_KINDS, required=True, example="besök"),
    Column(name="area", headings=("Område",), example="Rinkeby"),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each act of support."""
    key = ("day", "unit", "kind", "area")
    return entries(data, filename, COLUMNS, known=known, key=key, values={"state": "given"})
