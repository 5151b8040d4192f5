"""The access log: who saw, changed or deleted what, and why; rows are added and never altered.

Each entry carries the hash of the one before it, so a changed or missing entry shows. A person stands in it
under a random pseudonym; erasing the person deletes the key row, and the entries then name nobody. The
database itself refuses to alter entries, and to remove any that no signed checkpoint covers.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import DDL, UniqueConstraint, event
from sqlmodel import SQLModel

from zetkin_sync.records.declared import Keep, Source, district_key, key, stored


class Deed(StrEnum):
    """What was done, as the three questions of an inspection ask for it."""

    SAW = "saw"
    CHANGED = "changed"
    DELETED = "deleted"
    ENTERED = "entered"  # logged in or out
    REFUSED = "refused"  # was not allowed to


class AccessEntry(SQLModel, table=True):
    """One deed. `what` and `why` are closed words of the program; `subject` is a kind and an id, never a name."""

    __tablename__ = "access_entry"
    __table_args__: ClassVar = (UniqueConstraint("district", "number", name="access_entry_in_turn"),)

    id: int | None = key("the entry", source=Source.OURS, keep=Keep.ACCESS, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.ACCESS)
    number: int = stored("its place in the chain", source=Source.OURS, keep=Keep.ACCESS)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.ACCESS)
    who: str = stored("a Zetkin user id, an account or the service", source=Source.PERSON, keep=Keep.ACCESS)
    deed: str = stored("saw, changed, deleted, entered or refused", source=Source.OURS, keep=Keep.ACCESS)
    what: str = stored("which page, command or job", source=Source.OURS, keep=Keep.ACCESS)
    subject: str = stored("on what: a kind and an id", source=Source.OURS, keep=Keep.ACCESS, default="")
    people: str = stored(
        "about whom: random pseudonyms, with a space before and after each",
        source=Source.OURS,
        keep=Keep.ACCESS,
        default="",
    )
    count: int = stored("about how many people", source=Source.OURS, keep=Keep.ACCESS, default=0)
    why: str = stored("for which purpose", source=Source.OURS, keep=Keep.ACCESS)
    chain: bytes = stored("hash of this entry and the one before", source=Source.OURS, keep=Keep.ACCESS)


class AccessHead(SQLModel, table=True):
    """Where a district's chain ends; locked while an entry is added, so that entries come one after another."""

    __tablename__ = "access_head"

    district: int = district_key()
    number: int = stored("the newest entry", source=Source.OURS, keep=Keep.ACCESS, default=0)
    chain: bytes = stored("its hash", source=Source.OURS, keep=Keep.ACCESS, default=b"")


class AccessCheckpoint(SQLModel, table=True):
    """Up to here the chain was right, signed with the key that is not in the database. Older entries may go."""

    __tablename__ = "access_checkpoint"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}

    district: int = district_key()
    number: int = key("the entry that it covers", source=Source.OURS, keep=Keep.ACCESS)
    at: datetime = stored("when it was signed", source=Source.OURS, keep=Keep.ACCESS)
    chain: bytes = stored("the entry's hash", source=Source.OURS, keep=Keep.ACCESS)
    cut: bool = stored(
        "were the entries up to it removed", source=Source.OURS, keep=Keep.ACCESS, default=False
    )
    signature: bytes = stored("made with the hash key", source=Source.OURS, keep=Keep.ACCESS)


class AccessPerson(SQLModel, table=True):
    """Whose pseudonym is whose: the key row, which goes when the person is erased."""

    __tablename__ = "access_person"
    __table_args__: ClassVar = (UniqueConstraint("pseudonym", name="access_person_pseudonym"),)

    district: int = district_key()
    person: int = key("who stands under the pseudonym", source=Source.OURS, keep=Keep.ACCESS, person=True)
    pseudonym: str = stored("a random name", source=Source.OURS, keep=Keep.ACCESS)


class Erasure(SQLModel, table=True):
    """The erasure ledger: that somebody was erased, as a keyed hash, so that a restored copy is erased again."""

    __table_args__: ClassVar = (UniqueConstraint("district", "person", "at", name="erasure_once"),)

    id: int | None = key("the erasure", source=Source.OURS, keep=Keep.STANDING, default=None)
    district: int = stored("keeps districts apart", source=Source.OURS, keep=Keep.STANDING)
    person: bytes = stored("who was erased: keyed hash of the id", source=Source.OURS, keep=Keep.STANDING)
    at: datetime = stored("when", source=Source.OURS, keep=Keep.STANDING)
    who: str = stored("who did it", source=Source.PERSON, keep=Keep.STANDING)
    reason: str = stored("vanished or asked", source=Source.OURS, keep=Keep.STANDING)
    rows: int = stored("how many rows went", source=Source.OURS, keep=Keep.STANDING, default=0)
    barred: bool = stored(
        "are they left out when Zetkin still lists them",
        source=Source.OURS,
        keep=Keep.STANDING,
        default=False,
    )


GUARDS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        """CREATE TRIGGER access_entry_unaltered BEFORE UPDATE ON access_entry
        BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END""",
        """CREATE TRIGGER access_entry_kept BEFORE DELETE ON access_entry
        WHEN NOT EXISTS (SELECT 1 FROM access_checkpoint c
          WHERE c.district = OLD.district AND c.number >= OLD.number AND c.cut)
        BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION access_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM access_checkpoint c
              WHERE c.district = OLD.district AND c.number >= OLD.number AND c.cut) THEN
            RETURN OLD;
          END IF;
          RAISE EXCEPTION 'the access log is append-only';
        END $$""",
        """CREATE TRIGGER access_entry_guarded BEFORE UPDATE OR DELETE ON access_entry
        FOR EACH ROW EXECUTE FUNCTION access_entry_guard()""",
    ),
}


def _guard() -> None:
    table: Any = AccessEntry.__table__  # type: ignore[attr-defined]
    for dialect, statements in GUARDS.items():
        for statement in statements:
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_guard()
