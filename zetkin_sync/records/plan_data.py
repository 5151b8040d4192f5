"""What people tell the service about the plan: attestations, priorities, and the registers they upload.

Nothing is overwritten: a newer row takes the place of an older one from its own day on, so that any past day
can be shown as it was known then. No row names a person; who said it is kept as long as the access log.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, key, stored


class Attestation(SQLModel, table=True):
    """A person's word about a goal for a unit; the newest holds until it expires."""

    __table_args__: ClassVar = (Index("attestation_of_goal", "district", "goal", "unit"),)

    id: int | None = key("the answer", source=Source.OURS, keep=Keep.STANDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.STANDING)
    goal: str = stored("which goal", source=Source.CONFIG, keep=Keep.STANDING)
    unit: int = stored("for which organization", source=Source.PERSON, keep=Keep.STANDING)
    verdict: str = stored("done, not done, not held, or a stage", source=Source.PERSON, keep=Keep.STANDING)
    about: date = stored("which day it is about", source=Source.PERSON, keep=Keep.STANDING)
    link: str | None = stored(
        "where it can be read: minutes, a page", source=Source.PERSON, keep=Keep.STANDING, default=None
    )
    expires: date | None = stored(
        "until when it holds", source=Source.PERSON, keep=Keep.STANDING, default=None
    )
    who: str = stored("who said so: a Zetkin user id or an account", source=Source.PERSON, keep=Keep.ACCESS)
    at: datetime = stored("when it was said", source=Source.OURS, keep=Keep.STANDING)


class Priority(SQLModel, table=True):
    """Something that the district or an association puts first, as a register or the page said it.

    A list of one owner, kind and source is replaced as a whole: the old rows get `valid_to`, and stay.
    """

    __table_args__: ClassVar = (Index("priority_of_owner", "district", "owner", "kind"),)

    id: int | None = key("the priority", source=Source.OURS, keep=Keep.STANDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.STANDING)
    owner: int = stored("whose priority", source=Source.PERSON, keep=Keep.STANDING)
    kind: str = stored("geographic, theme or audience", source=Source.PERSON, keep=Keep.STANDING)
    subject: str = stored("which area, theme or target group", source=Source.PERSON, keep=Keep.STANDING)
    source: str = stored("register or page", source=Source.OURS, keep=Keep.STANDING)
    lat: float | None = stored(
        "where a place of its own lies", source=Source.PERSON, keep=Keep.STANDING, default=None
    )
    lng: float | None = stored(
        "where a place of its own lies", source=Source.PERSON, keep=Keep.STANDING, default=None
    )
    radius: float | None = stored(
        "how far around, metres", source=Source.PERSON, keep=Keep.STANDING, default=None
    )
    valid_from: date | None = stored("from when", source=Source.PERSON, keep=Keep.STANDING, default=None)
    valid_to: date | None = stored("until when", source=Source.PERSON, keep=Keep.STANDING, default=None)
    confirmed: date = stored("when it was last confirmed", source=Source.PERSON, keep=Keep.STANDING)
    who: str = stored("who said so: a Zetkin user id or an account", source=Source.PERSON, keep=Keep.ACCESS)
    at: datetime = stored("when it was said", source=Source.OURS, keep=Keep.STANDING)


class RegisterReading(SQLModel, table=True):
    """One uploaded file of a register: which, when, by whom, and whether all its rows were understood."""

    __tablename__ = "register_reading"
    __table_args__: ClassVar = (Index("register_reading_of", "district", "name"),)

    id: int | None = key("the reading", source=Source.OURS, keep=Keep.LEDGER, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.LEDGER)
    name: str = stored("which register", source=Source.CONFIG, keep=Keep.LEDGER)
    digest: bytes = stored("is it the same file as last time", source=Source.OURS, keep=Keep.LEDGER)
    rows: int = stored("how many rows were taken", source=Source.OURS, keep=Keep.LEDGER, default=0)
    refused: int = stored("how many rows were refused", source=Source.OURS, keep=Keep.LEDGER, default=0)
    who: str = stored("who uploaded it", source=Source.PERSON, keep=Keep.ACCESS)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.LEDGER)


class RegisterEntry(SQLModel, table=True):
    """A row of a register, in force from one reading until another replaced it."""

    __tablename__ = "register_entry"
    __table_args__: ClassVar = (Index("register_entry_of", "district", "name", "until"),)

    id: int | None = key("the row", source=Source.OURS, keep=Keep.STANDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.STANDING)
    name: str = stored("which register", source=Source.CONFIG, keep=Keep.STANDING)
    key: str = stored("recognises the row when it comes again", source=Source.REGISTER, keep=Keep.STANDING)
    unit: int | None = stored(
        "which association it is about", source=Source.REGISTER, keep=Keep.STANDING, default=None
    )
    area: str | None = stored(
        "which area it is about", source=Source.REGISTER, keep=Keep.STANDING, default=None
    )
    day: date | None = stored(
        "which day it is about", source=Source.REGISTER, keep=Keep.STANDING, default=None
    )
    body: str = stored(
        "the register's own columns: amounts, dates, states, no person, JSON",
        source=Source.REGISTER,
        keep=Keep.STANDING,
        default="{}",
    )
    since: datetime = stored("when it was read", source=Source.OURS, keep=Keep.STANDING)
    until: datetime | None = stored(
        "when another reading took its place", source=Source.OURS, keep=Keep.STANDING, default=None
    )
