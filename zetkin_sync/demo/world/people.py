"""People, their tags, fields, notes and the pairs that may be one person (API.md §4.2, §4.4, §4.17)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

NATIVE = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "alt_phone",
    "gender",
    "street_address",
    "co_address",
    "zip_code",
    "city",
    "country",
    "ext_id",
)
"""A person's own fields that may be written, in the order they are shown."""


class Person(Struct, kw_only=True):
    """A person record, shared by the organizations of one tree. `fields` are custom values by slug."""

    id: int
    root: int
    first_name: str
    last_name: str
    email: str | None = None
    phone: str | None = None
    alt_phone: str | None = None
    gender: str | None = None
    street_address: str | None = None
    co_address: str | None = None
    zip_code: str | None = None
    city: str | None = None
    country: str | None = "SE"
    ext_id: str | None = None
    user: int | None = None
    fields: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Field(Struct, kw_only=True):
    """A custom field's definition. `org_read` and `org_write` are "sameorg" or "suborgs"."""

    id: int
    organization: int
    title: str
    slug: str
    type: str = "text"
    description: str | None = None
    enum_choices: list[dict[str, str]] | None = None
    org_read: str = "suborgs"
    org_write: str = "sameorg"


class TagGroup(Struct, kw_only=True):
    """A group of tags."""

    id: int
    organization: int
    title: str
    description: str = ""


class Tag(Struct, kw_only=True):
    """A tag; `people` are those who have it, with the value where it is a value-tag."""

    id: int
    organization: int
    title: str
    description: str = ""
    hidden: bool = False
    color: str | None = None
    group: int | None = None
    value_type: str | None = None
    people: dict[int, Any] = {}


class Note(Struct, kw_only=True):
    """A note on a person."""

    id: int
    organization: int
    person: int
    author: int | None
    text: str
    created: datetime
    files: tuple[int, ...] = ()


class Duplicate(Struct, kw_only=True):
    """People who may be one person."""

    id: int
    organization: int
    people: tuple[int, ...]
    status: str = "pending"
    dismissed: datetime | None = None
    merged: datetime | None = None
