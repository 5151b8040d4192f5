"""Requests for support: what an association asked for, when it was answered and closed, and whether it was granted."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "support_requests"
TITLE = say("Requests for support")
_KINDS = {
    "ljudanläggning": "ljud",
    "ljud": "ljud",
    "tryck": "tryck",
    "lokal": "lokal",
    "besök": "besök",
    "annat": "annat",
}
COLUMNS = (
    Column(name="day", headings=("Inkommen", "Datum"), read=cells.day, required=True, example="2026-04-02"),
    Column(
        name="unit", headings=("Förening", "Partiförening"), required=True, example="Partiföreningen Exempel"
    ),
    Column(name="kind", headings=("Vad", "Slag"), choices=_KINDS, required=True, example="ljudanläggning"),
    Column(name="area", headings=("Område",), example="Rinkeby"),
    Column(name="answered", headings=("Besvarad", "Svar"), read=cells.day, example="2026-04-04"),
    Column(name="granted", headings=("Beviljad",), read=cells.yes_no, example="ja"),
    Column(name="closed", headings=("Avslutad", "Klar"), read=cells.day, example="2026-04-20"),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each request."""
    return entries(data, filename, COLUMNS, known=known, key=("day", "unit", "kind"))
