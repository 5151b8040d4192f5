"""The register of premises: which associations have some of their own, whether they fit, who wants some."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "premises"
TITLE = say("The register of premises")
COLUMNS = (
    Column(
        name="unit", headings=("Förening", "Partiförening"), required=True, example="Partiföreningen Exempel"
    ),
    Column(name="own", headings=("Egen lokal", "Lokal"), read=cells.yes_no, required=True, example="ja"),
    Column(name="meets_needs", headings=("Möter behoven", "Passar"), read=cells.yes_no, example="nej"),
    Column(name="wanted", headings=("Önskar lokal", "Vill ha lokal"), read=cells.yes_no, example="ja"),
    Column(
        name="day", headings=("Datum", "Uppgift från"), read=cells.day, required=True, example="2026-02-01"
    ),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each association and day it was asked."""
    return entries(data, filename, COLUMNS, known=known, key=("unit", "day"))
