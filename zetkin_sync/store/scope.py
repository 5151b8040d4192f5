"""Which list something in the store is about, and the statements' way of saying so.

The statements are made once and given a scope each time: of a short list, making them costs more than running them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam

_MARK = "of_"  # a column's own name would be taken for a value to write


class Scope(NamedTuple):
    """One list: what completeness, digests and absence are judged for."""

    district: int
    organization: int
    resource: str

    @property
    def values(self) -> dict[str, int | str]:
        """What stands for `in_scope` when the statement is run."""
        return {f"{_MARK}{name}": value for name, value in self._asdict().items()}


def in_scope(table: Table) -> list[Any]:
    """The condition that a row belongs to the list whose `values` are given with the statement."""
    return [table.c[name] == bindparam(f"{_MARK}{name}") for name in Scope._fields]
