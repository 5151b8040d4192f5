"""What the last whole reading of a list held: which rows stood on which page, and what they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, func, select

from zetkin_sync.records import MirrorPage

_pages: Table = MirrorPage.__table__  # type: ignore[attr-defined]


@dataclass
class Index:
    """The rows of a reading as flat arrays, 25 bytes a row, so that a million of them stay small."""

    numbers: dict[int, tuple[bytes, int, int]] = field(default_factory=dict)  # page → digest, first, last
    keys: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    digests: np.ndarray = field(default_factory=lambda: np.empty((0, 2), np.uint64))
    seen: np.ndarray = field(default_factory=lambda: np.empty(0, np.bool_))
    order: np.ndarray | None = None  # None: the keys are in order already, as lists by id are

    def find(self, keys: np.ndarray) -> np.ndarray:
        """For each key its place in the arrays, or -1."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        at = np.searchsorted(self.keys, keys, sorter=self.order)
        at[at == len(self.keys)] = 0
        place = at if self.order is None else self.order[at]
        return np.where(self.keys[place] == keys, place, -1)


def load_index(connection: Connection, where: list[Any]) -> Index:
    """The newest whole reading of the list that `where` selects among the stored pages."""
    rows = connection.execute(select(func.sum(func.length(_pages.c.row_keys))).where(*where)).scalar()
    total = int(rows or 0) // 8
    index = Index(
        keys=np.empty(total, np.int64),
        digests=np.empty((total, 2), np.uint64),
        seen=np.zeros(total, np.bool_),
    )
    first = 0
    query = select(_pages.c.number, _pages.c.digest, _pages.c.row_keys, _pages.c.row_digests).where(*where)
    for number, digest, keys, digests in connection.execute(query.order_by(_pages.c.number)):
        last = first + len(keys) // 8
        index.numbers[number] = (digest, first, last)
        index.keys[first:last] = np.frombuffer(keys, np.int64)
        index.digests[first:last] = np.frombuffer(digests, np.uint64).reshape(-1, 2)
        first = last
    if not (index.keys[1:] > index.keys[:-1]).all():
        index.order = np.argsort(index.keys, kind="stable")
    return index
