"""Rows that stand on another page than before: neither new nor gone, though the page says so.

Such a row is met twice, in either order: where it is new, and where it is missed. What is met once only has
joined or left. When a row joins at the front of a list every page passes one row on, so few wait at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from zetkin_sync.store.held import DIGEST, Held, unpacked

_PARTS = 16
MOST_WAITING = 20_000  # rows kept until it is known where they stood

Row = tuple[Any, ...]
Fresh = dict[int, tuple[bytes, Row]]


class Moves:
    """What has been met once so far: `moved` with its digest and row, `missed` with its former digest."""

    def __init__(self) -> None:
        self.moved: Fresh = {}
        self.missed: dict[int, bytes] = {}
        self.unsteady = False  # did a row come twice with different contents?

    def meet(self, fresh: Fresh, gone: dict[int, bytes]) -> list[Row]:
        """Bring together what is new on a page and what is missed there; gives the rows that changed on their way."""
        changed: list[Row] = []
        for key, before in gone.items():
            here = self.moved.pop(key, None)
            if here is None:
                self.missed[key] = before
            elif here[0] != before:
                changed.append(here[1])
        for key, (digest, row) in fresh.items():
            stood = self.missed.pop(key, None)
            if stood is None:
                self.unsteady |= key in self.moved and self.moved[key][0] != digest
                self.moved[key] = (digest, row)
            elif stood != digest:
                changed.append(row)
        return changed

    def joined(self, held: Held) -> Fresh:
        """Those met once that stood nowhere before: they are new. The others wait to be missed where they stood."""
        if not self.moved:
            return {}
        stood = held.holding(self.moved)
        return {key: self.moved.pop(key) for key in self.moved.keys() - stood}

    def listed_still(self, pages: Iterator[tuple[bytes, bytes]]) -> bool:
        """Look at every page as it is now; False when a row stands on two of them with different contents.

        A row that stood on two pages and is missed on one of them has not left.
        """
        now: dict[int, bytes] = {}
        for keys, digests in pages:
            listed = unpacked(keys)
            for key in self.missed.keys() & listed:
                del self.missed[key]
            for key in self.moved.keys() & listed:
                at = listed.index(key) * DIGEST
                if now.setdefault(key, digests[at : at + DIGEST]) != digests[at : at + DIGEST]:
                    return False
        return True


def agree(pages: Callable[[], Iterator[tuple[bytes, bytes]]]) -> bool:
    """Does every row that stands on several of these pages stand there with the same contents?

    Looks at a part of the rows at a time, so that many of them take little memory.
    """
    for part in range(_PARTS):
        now: dict[int, bytes] = {}
        for keys, digests in pages():
            for n, key in enumerate(unpacked(keys)):
                if key % _PARTS == part:
                    digest = digests[n * DIGEST : (n + 1) * DIGEST]
                    if now.setdefault(key, digest) != digest:
                        return False
    return True
