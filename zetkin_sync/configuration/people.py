"""config/recipients.toml and config/associations.csv: who reads, and which associations there are.

Recipients are role addresses, never a person's own. associations.csv is written by `zetkin-sync init` from
Zetkin's tree and filled in by people; it is the only file with organization ids.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from zetkin_sync.configuration.district import KINDS, Kind
from zetkin_sync.configuration.schedule import Weekday
from zetkin_sync.errors import Problem
from zetkin_sync.language import say
from zetkin_sync.records.mail import MailKind, Often

_NOT_IN_ADDRESS = re.compile(r"[\s,;<>()\[\]\\\"\x00-\x1f\x7f]")

COLUMNS = ("id", "title", "kind", "contact_role")

ROLES = (
    "district_office",
    "district_board",
    "association_board",
    "committee",
    "zetkin_network",
    "region_group",
    "technical",
)
Role = Literal[
    "district_office",
    "district_board",
    "association_board",
    "committee",
    "zetkin_network",
    "region_group",
    "technical",
]


class Recipient(BaseModel):
    """One reader of status mails.

    `unit` is an association's title, or what a committee is called; none means the district. `kinds` replaces
    what the role is usually sent, `often` makes the weekly mail rarer, `goals` narrows which goals it is about,
    `decides` says whether this reader may approve proposals. `asks` are those whose runs' results go here:
    "user:NUMBER" as Zetkin numbers who logs in, "cli:NAME" for who types commands on the machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    address: str
    unit: str | None = None
    language: Literal["sv", "en"] = "sv"
    weekday: Weekday = "mon"
    kinds: tuple[MailKind, ...] = ()
    often: Often = Often.USUAL
    goals: tuple[str, ...] = ()
    decides: bool | None = None
    asks: tuple[str, ...] = ()

    @field_validator("address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        local, at, domain = address.partition("@")
        if not (local and at and "." in domain) or not local.isascii() or _NOT_IN_ADDRESS.search(address):
            raise ValueError(
                say("“{address}” is not an address", address=address), say("one address, as role@example.se")
            )
        try:
            return f"{local}@{domain.encode('idna').decode('ascii')}"
        except UnicodeError:
            raise ValueError(
                say("“{address}” is not an address", address=address), say("one address, as role@example.se")
            ) from None

    @model_validator(mode="after")
    def _has_its_unit(self) -> Recipient:
        if self.role == "association_board" and self.unit is None:
            raise ValueError(
                say("an association's board needs its association"),
                say('unit = "the association\'s title"'),
            )
        return self

    @property
    def is_placeholder(self) -> bool:
        """Reserved names (RFC 2606) stand for an address that nobody has filled in yet."""
        return self.address.rpartition(".")[2] in ("example", "invalid", "test")


class Recipients(BaseModel):
    """Every reader."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: tuple[Recipient, ...] = Field((), alias="recipient")


class Association(BaseModel):
    """One organization of the tree, with what only people know of it."""

    model_config = ConfigDict(frozen=True)

    id: int
    title: str
    kind: Kind
    contact_role: str = ""


def read_associations(path: Path, problems: list[Problem]) -> tuple[Association, ...]:
    """The associations; empty when the file has not been made yet."""
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        problems.append(
            Problem(
                path.name,
                "row 1",
                say("columns are missing: {columns}", columns=", ".join(missing)),
                say("the columns {columns}", columns=", ".join(COLUMNS)),
            )
        )
        return ()
    found: list[Association] = []
    seen: set[int] = set()
    for number, row in enumerate(reader, start=2):
        where = f"row {number}"
        if not (row["id"] or "").strip().isdigit():
            problems.append(
                Problem(
                    path.name,
                    f"{where}, id",
                    say("“{id}” is not an id", id=row["id"]),
                    say("a whole number from Zetkin"),
                )
            )
            continue
        organization, kind = int(row["id"]), (row["kind"] or "").strip()
        if organization in seen:
            problems.append(
                Problem(
                    path.name, f"{where}, id", say("{id} stands twice", id=organization), say("each id once")
                )
            )
            continue
        if kind not in KINDS:
            problems.append(
                Problem(
                    path.name,
                    f"{where}, kind",
                    say("“{kind}” is not a kind", kind=kind),
                    say("one of {kinds}", kinds=", ".join(KINDS)),
                )
            )
            continue
        seen.add(organization)
        found.append(
            Association.model_validate(
                {
                    "id": organization,
                    "title": row["title"],
                    "kind": kind,
                    "contact_role": row["contact_role"] or "",
                }
            )
        )
    roots = [a for a in found if a.kind == "district"]
    if found and len(roots) != 1:
        problems.append(
            Problem(
                path.name,
                "kind",
                say("{n} rows have the kind district", n=len(roots)),
                say("exactly one: the organization at the top"),
            )
        )
    return tuple(found)


def write_associations(path: Path, associations: list[Association]) -> None:
    """Write the table for people to fill in."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows((a.id, a.title, a.kind, a.contact_role) for a in associations)
