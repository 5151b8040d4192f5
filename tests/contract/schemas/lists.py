"""Lists and smart searches (API.md §4.5, §4.6)."""

from __future__ import annotations

from typing import Any, Literal

from tests.contract.schemas.forms import Count, Naive, Named, Ref, Somebody, Strict


class Target(Strict):
    id: int
    filter_spec: list[dict[str, Any]]


class View(Strict):
    id: int
    title: str
    description: str | None
    created: Naive
    folder: Ref | None
    content_query: Target | None
    owner: Named
    organization: Ref


class Folder(Strict):
    id: int
    title: str
    parent: Ref | None
    organization: Ref


class Column(Strict):
    id: int
    type: str
    title: str
    description: str
    config: dict[str, Any]


class ViewRow(Strict):
    id: int
    content: list[Any]


class ViewAccess(Strict):
    level: Literal["readonly", "edit", "configure"]
    person: Somebody
    updated: Naive
    updated_by: Somebody


class Query(Strict):
    id: int
    type: str
    title: str
    info_text: str
    org_access: Literal["sameorg", "suborgs"]
    organization: Ref
    filter_spec: list[dict[str, Any]]


class Filter(Strict):
    op: Literal["add", "sub", "limit"]
    type: str
    config: dict[str, Any]


class FilterStats(Strict):
    filter: Filter
    matches: Count
    change: int
    result: Count


class FilterSpec(Strict):
    filter_spec: list[dict[str, Any]]
