"""The member register's export, reduced at once: a keyed hash of the membership number and of the address, no more.

It is compared with Zetkin and the differences are listed for people; nothing is corrected by itself
(ARCHITECTURE decision 1), and the file's names, addresses and phone numbers are never read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from connectors.registers import cells
from connectors.registers.cells import NotUnderstoodError
from connectors.registers.sheet import Column, Known, RowError, read_table
from zetkin_sync.language import say
from zetkin_sync.privacy import address_hash, keyed_hash

NAME = "members"
TITLE = say("The member register's export")
COLUMNS = (
    Column(name="number", headings=("Medlemsnummer", "Medlemsnr", "ext_id"), required=True, example="100001"),
    Column(name="unit", headings=("Förening", "Partiförening"), example="Partiföreningen Exempel"),
    Column(name="email", headings=("E-post", "Epost", "E-postadress", "Mejl"), example="namn@example.org"),
    Column(name="joined", headings=("Medlem sedan", "Inträdesdatum"), read=cells.day, example="2021-05-01"),
)


_UNREAD = say("it could not be understood")


class Member(NamedTuple):
    """One row, told apart by keyed hashes only."""

    key: bytes
    unit: int | None
    address: bytes | None
    joined: date | None


def read(
    data: bytes, filename: str, known: Known | None = None, *, key: bytes
) -> tuple[list[Member], list[RowError]]:
    """The members as hashes under `key`. An error never quotes what stood in a cell."""
    known = known or Known()
    rows, quoting = read_table(data, filename, COLUMNS)
    errors = [error if error.row == 0 else replace(error, wrong=_UNREAD) for error in quoting]
    found: list[Member] = []
    seen: dict[bytes, int] = {}
    for row in rows:
        hashed = keyed_hash(key, row.values["number"].strip())
        if hashed in seen:
            wrong = say("the membership number stands in row {other} too", other=seen[hashed])
            errors.append(RowError(row.number, "Medlemsnummer", wrong, say("each number once")))
            continue
        try:
            unit = known.unit(row.values["unit"])
        except NotUnderstoodError:
            allowed = say("an association as Zetkin calls it")
            errors.append(RowError(row.number, "Förening", _UNREAD, allowed))
            continue
        seen[hashed] = row.number
        email = row.values["email"]
        address = address_hash(key, email) if email and "@" in email else None
        found.append(Member(hashed, unit, address, row.values["joined"]))
    return found, sorted(errors, key=lambda error: error.row)
