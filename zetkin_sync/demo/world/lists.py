"""Lists ("views"), their columns and folders, and smart searches (API.md §4.5, §4.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

Spec = list[dict[str, Any]]
"""A smart search: filters in order, each `{op, type, config}` (API.md §5)."""


class Query(Struct, kw_only=True):
    """A smart search. `type` says what it belongs to; only standalone ones are listed."""

    id: int
    organization: int
    type: str = "standalone"
    title: str = ""
    info_text: str = ""
    org_access: str = "sameorg"
    filter_spec: Spec = []


class Folder(Struct, kw_only=True):
    """A folder of lists."""

    id: int
    organization: int
    title: str
    parent: int | None = None


class Column(Struct, kw_only=True):
    """A column; `cells` hold what was typed into a local column, by person."""

    id: int
    type: str
    title: str
    config: dict[str, Any]
    description: str = ""
    cells: dict[int, Any] = {}


class Access(Struct, kw_only=True):
    """Who else may use a list."""

    level: str
    updated: datetime
    updated_by: int


class View(Struct, kw_only=True):
    """A list: people put in by hand (`rows`, in order) or the matches of `content_query`."""

    id: int
    organization: int
    title: str
    created: datetime
    owner: int
    description: str = ""
    folder: int | None = None
    content_query: int | None = None
    columns: list[Column] = []
    rows: dict[int, None] = {}
    access: dict[int, Access] = {}
