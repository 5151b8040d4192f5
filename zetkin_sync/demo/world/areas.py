"""Areas and who canvasses them (API v2, API.md §4.14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Area(Struct, kw_only=True):
    """An area: a GeoJSON polygon, longitude first."""

    id: int
    organization: int
    title: str
    boundary: dict[str, Any]
    created: datetime
    description: str | None = ""
    created_by: int | None = None


class AreaAssignment(Struct, kw_only=True):
    """A canvass of some areas. `assignees` are (area, user)."""

    id: int
    organization: int
    title: str
    project: int
    created: datetime
    created_by: int | None = None
    instructions: str | None = ""
    start: datetime | None = None
    end: datetime | None = None
    reporting_level: str = "location"
    assignees: dict[tuple[int, int], datetime] = {}
    metrics: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
