"""Projects, event types, places and events with who is booked (API.md §4.7, §4.8).

`starts` and `ends` are wall-clock times without zone: what an organizer sees on the poster. Everything else
is an instant.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Campaign(Struct, kw_only=True):
    """A project."""

    id: int
    organization: int
    title: str
    info_text: str | None = None
    archived: bool = False
    published: bool = True
    visibility: str = "open"
    manager: int | None = None
    cover_file: int | None = None


class Activity(Struct, kw_only=True):
    """A type of event."""

    id: int
    organization: int
    title: str
    info_text: str | None = None


class Location(Struct, kw_only=True):
    """A place, WGS84. `kind` is "event" or "assignment" (a house to knock at)."""

    id: int
    organization: int
    title: str
    info_text: str = ""
    lat: float = 0.0
    lng: float = 0.0
    kind: str = "event"
    created: datetime | None = None
    created_by: int | None = None
    households: int = 0


class Participation(Struct, kw_only=True):
    """A booking and what came of it; the time that is set says which."""

    attended: datetime | None = None
    cancelled: datetime | None = None
    noshow: datetime | None = None
    reminded: datetime | None = None


class Event(Struct, kw_only=True):
    """An event ("action"). `participants` and `responses` are by person id; a response stays for good."""

    id: int
    organization: int
    starts: datetime
    ends: datetime
    title: str | None = None
    activity: int | None = None
    campaign: int | None = None
    location: int | None = None
    info_text: str = ""
    url: str | None = ""
    required: int = 2
    contact: int | None = None
    published: datetime | None = None
    published_by: int | None = None
    cancelled: datetime | None = None
    cancelled_by: int | None = None
    cover_file: int | None = None
    participants: dict[int, Participation] = {}
    responses: dict[int, datetime] = {}

    @property
    def available(self) -> int:
        """How many are booked and have not cancelled."""
        return sum(p.cancelled is None for p in self.participants.values())
