"""Tasks and to whom they were given (API.md §4.12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Assigned(Struct, kw_only=True):
    """A task in one person's hands."""

    id: int
    person: int
    assigned: datetime
    completed: datetime | None = None
    ignored: datetime | None = None


class Task(Struct, kw_only=True):
    """A task; once published it is given to its targets some time later."""

    id: int
    organization: int
    title: str
    type: str
    target: int
    campaign: int
    instructions: str = ""
    config: dict[str, Any] = {}
    published: datetime | None = None
    deadline: datetime | None = None
    expires: datetime | None = None
    time_estimate: int | None = None
    reassign_interval: int | None = None
    reassign_limit: int | None = None
    cover_file: int | None = None
    assigned: dict[int, Assigned] = {}
