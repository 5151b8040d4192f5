"""The map of cooperation: organisations by category, whether there is a living contact, and what support was given."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "cooperation"
TITLE = say("The map of cooperation")
_CATEGORIES = {
    "rörelser": "rörelser",
    "rörelse": "rörelser",
    "jurister": "jurister",
    "rörelsejurister": "jurister",
    "fack": "fack",
    "fackförbund": "fack",
    "hyresgäster": "hyresgäster",
    "hyresgästföreningen": "hyresgäster",
    "klimat": "klimat",
    "miljö": "klimat",
    "feminism": "feminism",
    "annat": "annat",
}
_KINDS = {"kontakt": "kontakt", "stöd": "stöd", "aktivitet": "aktivitet"}
COLUMNS = (
    Column(name="organisation", headings=("Organisation",), required=True, example="Föreningen Exempel"),
    Column(name="category", headings=("Kategori",), choices=_CATEGORIES, required=True, example="klimat"),
    Column(name="kind", headings=("Slag", "Vad"), choices=_KINDS, required=True, example="kontakt"),
    Column(name="contact", headings=("Kontakt finns",), read=cells.yes_no, example="ja"),
    Column(
        name="day", headings=("Datum", "Kontrollerad"), read=cells.day, required=True, example="2026-05-20"
    ),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each contact or act of support."""
    return entries(data, filename, COLUMNS, known=known, key=("organisation", "kind", "day"))
