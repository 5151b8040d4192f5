"""Areas drawn in Zetkin and who canvasses them (API v2, API.md §4.14)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class DrawnArea(Mirror, table=True):
    """An area that organizers drew."""

    __tablename__ = "drawn_area"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("drawn_areas")

    id: int = key("the area")
    title: str = stored("what people call it")
    boundary: str = stored("where it lies, GeoJSON polygon, longitude first")


class AreaAssignment(Mirror, table=True):
    """Areas to be canvassed."""

    __tablename__ = "area_assignment"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("area_assignments")

    id: int = key("the area assignment")
    title: str = stored("what people call it")
    project: int | None = stored("its project", default=None)
    starts: date | None = stored("when it begins", default=None)
    ends: date | None = stored("when it ends", default=None)


class AreaStats(Mirror, table=True):
    """How far an area assignment has come."""

    __tablename__ = "area_stats"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("area_stats", parented=True)

    assignment: int = key("the area assignment")
    households: int = stored("how many doors", default=0)
    locations: int = stored("how many houses", default=0)
    visits: int = stored("how many visits", default=0)
    successful: int = stored("how many visits that succeeded", default=0)
    households_visited: int = stored("how many doors were knocked on", default=0)


class AreaAssignee(Mirror, table=True):
    """A user account that canvasses; user ids are not person ids (API.md §1.7)."""

    __tablename__ = "area_assignee"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("area_assignees", parented=True)

    assignment: int = key("the area assignment")
    account: int = key("who canvasses: a user account")
    areas: str = stored("which areas, JSON of ids", default="[]")
