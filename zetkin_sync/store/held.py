"""What the last whole reading of a list held: which rows stood on which page, and what they were.

Only the pages' digests are in memory; the rows of a page are looked at when the page has changed. So a list of
a million rows costs no more than one of ten thousand.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, bindparam, func, select

from zetkin_sync.records import MirrorPage
from zetkin_sync.store.scope import Scope, in_scope

DIGEST = 16
_FLIP = int.from_bytes(b"\xff" * DIGEST, "big")
_pages: Table = MirrorPage.__table__  # type: ignore[attr-defined]

_all = select(_pages.c.number, _pages.c.digest, func.length(_pages.c.row_keys)).where(*in_scope(_pages))
_one = select(_pages.c.row_keys, _pages.c.row_digests).where(
    *in_scope(_pages), _pages.c.number == bindparam("number")
)


class HeldPage(NamedTuple):
    """A page as it was: its digest and how many rows it held."""

    digest: bytes
    rows: int


class Held:
    """The newest whole reading of one list."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope.values
        found = connection.execute(_all, self._scope)
        self.pages = {number: HeldPage(digest, length // 8) for number, digest, length in found}

    @property
    def total(self) -> int:
        """How many rows there were; one that stood on two pages counts twice."""
        return sum(page.rows for page in self.pages.values())

    def blobs(self, number: int) -> tuple[bytes, bytes]:
        """A page's keys and digests as they are stored."""
        keys, digests = self._connection.execute(_one, {**self._scope, "number": number}).one()
        return keys, digests

    def rows(self, number: int) -> dict[int, bytes]:
        """The digest of each row of a page."""
        keys, digests = self.blobs(number)
        return dict(zip(unpacked(keys), _digests(digests), strict=True))

    def holding(self, keys: Collection[int]) -> set[int]:
        """Which of these rows stood anywhere in the list."""
        wanted = set(keys)
        return {key for number in self.pages for key in wanted.intersection(unpacked(self.blobs(number)[0]))}


def packed(keys: list[int]) -> bytes:
    return array("q", keys).tobytes()


def unpacked(blob: bytes) -> array[int]:
    keys = array("q")
    keys.frombytes(blob)
    return keys


def _digests(blob: bytes) -> Iterator[bytes]:
    return (blob[at : at + DIGEST] for at in range(0, len(blob), DIGEST))


def doubted(digest: bytes) -> bytes:
    """The mark of a page that came back empty once: believed when it comes back empty again."""
    return (int.from_bytes(digest, "big") ^ _FLIP).to_bytes(DIGEST, "big")
