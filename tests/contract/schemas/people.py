"""Organizations, people, fields and tags (API.md §4.1–4.4)."""

from __future__ import annotations

from typing import Any, Literal

from tests.contract.schemas.forms import Color, Day, Precise, Ref, Strict


class Parent(Strict):
    id: int
    title: str
    slug: str | None


class File(Strict):
    id: int
    original_name: str
    uploaded: Precise
    organization: Ref
    url: str
    mime_type: str | None


class Organization(Strict):
    id: int
    title: str
    short_title: str | None
    slug: str | None
    parent: Parent | None
    avatar_file: File | None
    country: str
    lang: str | None
    email: str | None
    phone: str | None
    location: dict[str, float] | None
    is_active: bool
    is_open: bool
    is_public: bool


class SubOrganization(Organization):
    sub_orgs: list[SubOrganization]


class Native(Strict):
    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    alt_phone: str | None
    gender: Literal["f", "m", "o"] | None
    street_address: str | None
    co_address: str | None
    zip_code: str | None
    city: str | None
    country: str | None
    ext_id: str | None
    is_user: bool


class DistrictPerson(Native):
    """A person as the synthetic district's root shows them: with its custom fields."""

    medlem_sedan: Day | None
    natverk_samtycke: Day | None
    natverk_kalla: str | None
    hemposition: dict[str, float] | None


class Choice(Strict):
    key: str
    label: str


class Field(Strict):
    id: int
    title: str
    slug: str
    description: str | None
    type: Literal["text", "url", "date", "json", "enum", "lnglat"]
    enum_choices: list[Choice] | None
    organization: Ref
    org_read: Literal["sameorg", "suborgs"]
    org_write: Literal["sameorg", "suborgs"]


class FieldValue(Strict):
    field: Field
    value: Any


class TagGroup(Strict):
    id: int
    title: str
    description: str
    organization: Ref


class Tag(Strict):
    id: int
    title: str
    description: str
    hidden: bool
    color: Color | None
    group: Ref | None
    organization: Ref
    value_type: str | None


class AppliedTag(Tag):
    value: str | int | float | dict[str, Any] | None
