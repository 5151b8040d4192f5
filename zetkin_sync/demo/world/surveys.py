"""Surveys and what was answered (API.md §4.10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Option(Struct, kw_only=True):
    id: int
    text: str


class Element(Struct, kw_only=True):
    """A text block or a question; a question with `options` is answered by choosing."""

    id: int
    type: str
    hidden: bool = False
    header: str = ""
    content: str | None = None
    question: str = ""
    description: str | None = None
    required: bool = False
    response_type: str = "text"
    response_config: dict[str, Any] = {}
    options: list[Option] = []


class Survey(Struct, kw_only=True):
    """A survey; `published` and `expires` are instants."""

    id: int
    organization: int
    title: str
    info_text: str = ""
    access: str = "open"
    callers_only: bool = False
    signature: str = "allow_anonymous"
    org_access: str = "sameorg"
    published: datetime | None = None
    expires: datetime | None = None
    campaign: int | None = None
    elements: list[Element] = []


class Submission(Struct, kw_only=True):
    """One set of answers. `respondent` is who signed, or None; its id is None until it is linked to a person."""

    id: int
    survey: int
    organization: int
    submitted: datetime
    respondent: dict[str, Any] | None
    responses: list[dict[str, Any]]

    @property
    def person(self) -> int | None:
        return None if self.respondent is None else self.respondent["id"]
