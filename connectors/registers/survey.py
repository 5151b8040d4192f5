"""The survey of associations: one answer, yes or no, for each question and association."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "survey"
TITLE = say("The survey of associations")
_QUESTIONS = {
    "känner till aktivitetsfonden": "aktivitetsfonden",
    "aktivitetsfonden": "aktivitetsfonden",
    "studier": "studier",
    "har studier": "studier",
    "puls": "puls",
}
COLUMNS = (
    Column(name="unit", headings=("Förening", "Partiförening"), example="Partiföreningen Exempel"),
    Column(
        name="question", headings=("Fråga",), choices=_QUESTIONS, required=True, example="aktivitetsfonden"
    ),
    Column(name="yes", headings=("Svar",), read=cells.yes_no, required=True, example="ja"),
    Column(name="day", headings=("Datum",), read=cells.day, required=True, example="2026-09-01"),
    Column(name="number", headings=("Nr", "Löpnummer"), example="1"),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each answer; anonymous answers have a running number instead of an association."""
    return entries(data, filename, COLUMNS, known=known, key=("unit", "question", "day", "number"))
