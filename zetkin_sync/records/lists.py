"""Lists of people ("views", API.md §4.5): ours are recognised by their folder."""

from __future__ import annotations

from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class PeopleList(Mirror, table=True):
    """A list ("view") and the folder it lies in."""

    __tablename__ = "people_list"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("lists")

    id: int = key("the list")
    title: str = stored("what people call it; ours carry our mark")
    folder: str | None = stored("ours lie in our folder", default=None)
    dynamic: bool = stored("is its content a smart search", default=False)
