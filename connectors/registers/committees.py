"""The register of committees: has each a convenor, until when does its mandate hold, is it to be found."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "committees"
TITLE = say("The register of committees")
COLUMNS = (
    Column(name="committee", headings=("Utskott",), required=True, example="internfeminism"),
    Column(
        name="convenor", headings=("Sammankallande utsedd", "Sammankallande"), read=cells.yes_no, example="ja"
    ),
    Column(name="mandate", headings=("Mandat t.o.m.", "Mandat till"), read=cells.day, example="2027-03-31"),
    Column(name="members", headings=("Medlemmar", "Antal"), read=cells.number, example="9"),
    Column(name="page", headings=("Sida publicerad", "Sida"), read=cells.yes_no, example="ja"),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """One row for each committee."""
    return entries(data, filename, COLUMNS, known=known, key=("committee",))
