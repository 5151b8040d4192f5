"""What the mirror tables share: whose list a row was read from, and what its absence means."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, NamedTuple

from sqlmodel import SQLModel

from zetkin_sync.records.declared import district_key, key


class Absence(StrEnum):
    """What a row that is no longer listed means (ARCHITECTURE decision 5)."""

    PROOF = "proof"  # a person or an event: gone only after two complete snapshots and a direct 404
    COMPLETE = "complete"  # anything else: gone when one complete snapshot no longer lists it


class Mirrored(NamedTuple):
    """How a table mirrors a list in Zetkin.

    `resource` names the list in runs and snapshots. `parented` says that the list hangs on a parent (the
    participants of an event): then the row's first own column is the parent's id, and what is read in one
    piece, a "page", is everything under one parent. `optional` says that not every Zetkin gives it, so that
    its absence is nobody's trouble.
    """

    resource: str
    absence: Absence = Absence.COMPLETE
    parented: bool = False
    optional: bool = False


class Page(NamedTuple):
    """One piece of a list as it came: `rows` decodes it, and is only called when the digest is new.

    `number` is the page's index, or the parent's id where the list hangs on a parent. `digest` is keyed and
    covers the whole body. A row is a tuple in the order of `records.own_columns`.
    """

    number: int
    digest: bytes
    rows: Callable[[], list[tuple[Any, ...]]]

    @classmethod
    def unknown(cls, number: int) -> Page:
        """A parent that could not be asked, because it is gone or going: what is known of it stays as it is."""
        return cls(number, b"", list)


class Found(StrEnum):
    """What a direct question about one record answered."""

    HERE = "here"
    GONE = "gone"  # 404
    FORBIDDEN = "forbidden"  # 403: rights were lost, nothing may be concluded


class Mirror(SQLModel):
    """A row of a list as one organization shows it.

    The same person is listed by several associations with different fields, so a row belongs to the
    organization whose list it was read from; a person is the rows with one id (API.md §6.8).
    """

    mirrored: ClassVar[Mirrored]

    district: int = district_key()
    organization: int = key("whose list it was read from")


@cache
def own_columns(record: type[Mirror]) -> tuple[str, ...]:
    """The columns that a decoded row fills, in order: all but district and organization."""
    return tuple(c.name for c in record.__table__.columns if c.name not in ("district", "organization"))  # type: ignore[attr-defined]
