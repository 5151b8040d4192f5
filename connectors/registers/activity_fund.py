"""The activity fund's ledger: the year's budget, what was applied for, granted and paid out, and to which area."""

from __future__ import annotations

from connectors.registers import cells
from connectors.registers.entries import entries
from connectors.registers.sheet import Column, Known, RowError
from zetkin_sync.language import say
from zetkin_sync.records.facts import RegisterRow

NAME = "fund"
TITLE = say("The activity fund's ledger")
_STATES = {
    "budget": "budget",
    "sökt": "applied",
    "ansökt": "applied",
    "inkommen": "applied",
    "beviljad": "granted",
    "beviljat": "granted",
    "utbetald": "paid",
    "utbetalt": "paid",
    "betald": "paid",
    "avslag": "declined",
    "avslagen": "declined",
}
COLUMNS = (
    Column(
        name="day",
        headings=("Datum", "Utbetalningsdatum"),
        read=cells.day,
        required=True,
        example="2026-03-15",
    ),
    Column(name="unit", headings=("Förening", "Partiförening", "Sökande"), example="Partiföreningen Exempel"),
    Column(name="area", headings=("Område", "Prioriterat område"), example="Rinkeby"),
    Column(name="state", headings=("Status", "Läge"), choices=_STATES, required=True, example="Utbetald"),
    Column(
        name="amount",
        headings=("Belopp", "Summa", "Kronor"),
        read=cells.amount,
        required=True,
        example="12 500,00",
    ),
    Column(name="reference", headings=("Nr", "Ärende", "Diarienummer"), example="2026-07"),
)


def read(data: bytes, filename: str, known: Known | None = None) -> tuple[list[RegisterRow], list[RowError]]:
    """The ledger's rows; one application may stand in several rows, one for each state."""
    return entries(data, filename, COLUMNS, known=known, key=("reference", "day", "unit", "state", "amount"))
