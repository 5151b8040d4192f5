"""Events and who took part: what happened where, and when, without anybody's name.

Zetkin calls an event an action, an event type an activity and a project a campaign (API.md §6.1).
`starts` and `ends` are wall-clock times in the district's zone (ARCHITECTURE decision 8).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import NaiveDatetime

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Absence, Mirror, Mirrored


class Project(Mirror, table=True):
    """A project ("campaign", API.md §4.7)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("projects")

    id: int = key("the project")
    title: str = stored("what people call it; a theme may be told by it")
    published: bool = stored("is it public", default=False)
    archived: bool = stored("is it over", default=False)
    visibility: str = stored("hidden or open", default="hidden")


class EventType(Mirror, table=True):
    """A type of event ("activity", API.md §4.8)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("event_types")

    id: int = key("the event type")
    title: str = stored("what people call it; goals name types by it")


class Place(Mirror, table=True):
    """A place where events are held ("location", API.md §4.8), WGS84."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("places")

    id: int = key("the place")
    title: str = stored("what people call it")
    lat: float | None = stored("which area it lies in", default=None)
    lng: float | None = stored("which area it lies in", default=None)


class Event(Mirror, table=True):
    """An event ("action", API.md §4.8)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("events", Absence.PROOF)

    id: int = key("the event")
    title: str | None = stored("what people call it", default=None)
    event_type: int | None = stored("its type", default=None)
    project: int | None = stored("its project", default=None)
    place: int | None = stored("its place", default=None)
    place_title: str | None = stored("an area may be told by it", default=None)
    lat: float | None = stored("which area it lies in", default=None)
    lng: float | None = stored("which area it lies in", default=None)
    starts: NaiveDatetime | None = stored("when it begins, wall clock", default=None)
    ends: NaiveDatetime | None = stored("when it ends, wall clock", default=None)
    suspicious_time: bool = stored("its time may be an instant read as a wall clock", default=False)
    required: int = stored("how many are needed", default=0)
    available: int = stored("how many are booked and not cancelled", default=0)
    contact: int | None = stored("who is asked about it", person=True, default=None)
    published: datetime | None = stored("is it public", default=None)
    cancelled: datetime | None = stored("is it called off", default=None)
    has_info: bool = stored("does it say what and where", default=False)
    has_url: bool = stored("can people be sent a link to it", default=False)


class Participation(Mirror, table=True):
    """A person booked on an event (API.md §4.8); no time in a column means unknown, not absent."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("participations", parented=True)

    event: int = key("the event")
    person: int = key("who is booked", person=True)
    cancelled: datetime | None = stored("took back the booking", default=None)
    attended: datetime | None = stored("came", default=None)
    noshow: datetime | None = stored("did not come", default=None)
    reminded: datetime | None = stored("Zetkin has reminded", default=None)


class Response(Mirror, table=True):
    """A sign-up to an event; it stays after an unbooking (API.md §6.7)."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("responses", parented=True)

    event: int = key("the event")
    person: int = key("who signed up", person=True)
    responded: datetime | None = stored("when", default=None)


class EventStats(Mirror, table=True):
    """How many are booked and signed up, as Zetkin counts (API.md §6.6 tells why the app's page may differ)."""

    __tablename__ = "event_stats"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("event_stats", parented=True)

    event: int = key("the event")
    booked: int = stored("how many are booked", default=0)
    pending: int = stored("how many signed up and are not booked", default=0)
    reminded: int = stored("how many Zetkin has reminded", default=0)
    signups: int = stored("how many signed up", default=0)


class Reminder(Mirror, table=True):
    """That Zetkin has reminded a person of an event."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("reminders", parented=True)

    event: int = key("the event")
    person: int = key("who was reminded", person=True)
    sent: datetime | None = stored("when, the latest time", default=None)
