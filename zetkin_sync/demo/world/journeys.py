"""Journeys: cases with milestones, somebody they are about and somebody who minds them (API.md §4.15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Milestone(Struct, kw_only=True):
    """A step of a journey; in an instance it has a deadline and is completed at some time."""

    id: int
    title: str
    description: str = ""
    deadline: datetime | None = None
    completed: datetime | None = None


class Journey(Struct, kw_only=True):
    """A kind of case."""

    id: int
    organization: int
    title: str
    description: str = ""
    singular_label: str = ""
    plural_label: str = ""
    opening_note_template: str = ""
    milestones: list[Milestone] = []


class JourneyNote(Struct, kw_only=True):
    """A note on a case."""

    id: int
    text: str
    created: datetime
    author: int


class Instance(Struct, kw_only=True):
    """One case."""

    id: int
    organization: int
    journey: int
    created: datetime
    title: str | None = None
    opening_note: str = ""
    summary: str = ""
    outcome: str = ""
    updated: datetime | None = None
    closed: datetime | None = None
    assignees: dict[int, None] = {}
    subjects: dict[int, None] = {}
    tags: dict[int, Any] = {}
    milestones: list[Milestone] = []
    notes: list[JourneyNote] = []
    timeline: list[dict[str, Any]] = []
