"""The forms that all schemas are made of: strict objects, and times told apart by how they are written."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Offset = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")]
Wall = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")]
Naive = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]
Precise = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$")]
Spaced = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
Count = Annotated[int, Meta(ge=0)]


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """No key more, no key less."""


class Ref(Strict):
    id: int
    title: str


class Named(Strict):
    id: int
    name: str


class Somebody(Strict):
    id: int
    first_name: str
    last_name: str
