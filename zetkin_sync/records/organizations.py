"""The district and its associations, as Zetkin's organization tree has them."""

from __future__ import annotations

from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Absence, Mirror, Mirrored


class Organization(Mirror, table=True):
    """One organization of the tree (API.md §4.1); `organization` is the root whose tree was read."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("organizations", Absence.PROOF)

    id: int = key("the organization")
    parent: int | None = stored("the tree", default=None)
    title: str = stored("what people call it")
    is_active: bool = stored("inactive associations are listed, not counted", default=True)
    has_email: bool = stored("can the association be written to", default=False)


class Official(Mirror, table=True):
    """A person with a role in an organization (API.md §4.9)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("officials")

    person: int = key("who has the role", person=True)
    role: str = stored("organizer or admin")
