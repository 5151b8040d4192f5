"""People, their tags and their custom fields: ids, keyed hashes and counts, never a name or an address."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Absence, Mirror, Mirrored


class Person(Mirror, table=True):
    """A person as one organization lists them (API.md §4.2), reduced to what a goal or a callout needs."""

    __table_args__: ClassVar = (
        Index("person_by_address", "district", "address"),
        {"sqlite_with_rowid": False},
    )
    mirrored: ClassVar = Mirrored("people", Absence.PROOF)

    id: int = key("the person's id in Zetkin", person=True)
    address: bytes | None = stored(
        "matches a bounce to a person: keyed hash of the address", address=True, default=None
    )
    member_key: bytes | None = stored(
        "matches a member register's row: keyed hash of the membership number", default=None
    )
    has_phone: bool = stored("is there another channel", default=False)
    has_post: bool = stored("is there another channel", default=False)
    postcode: str | None = stored("area and distance class, five digits", default=None)
    is_user: bool = stored("can be given a task in Zetkin", default=False)
    fields: str | None = stored("the configured custom fields, JSON by slug", default=None)


class Field(Mirror, table=True):
    """A custom field's definition (API.md §4.2)."""

    __tablename__ = "custom_field"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("fields")

    id: int = key("the field")
    slug: str = stored("its name in a person's row")
    type: str = stored("how its value is read")
    title: str = stored("what people call it")


class Tag(Mirror, table=True):
    """A tag that can be put on people (API.md §4.4)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("tags")

    id: int = key("the tag")
    title: str = stored("what people call it")
    group_id: int | None = stored("its group", default=None)
    group_title: str | None = stored("ours are known by their group", default=None)
    value_type: str | None = stored("does it carry a value", default=None)
    owner: int = stored("the organization that owns it")


class Tagging(Mirror, table=True):
    """A tag on a person, read tag by tag (API.md §3.1)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("taggings", parented=True)

    tag: int = key("the tag")
    person: int = key("who has it", person=True)
    value: str | None = stored("the value of a value-tag that the configuration names", default=None)
