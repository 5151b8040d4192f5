"""Projects, events, bookings and places (API.md §4.7, §4.8)."""

from __future__ import annotations

from typing import Any, Literal

from tests.contract.schemas.forms import Count, Naive, Named, Offset, Ref, Somebody, Strict, Wall
from tests.contract.schemas.people import File, Native


class Campaign(Strict):
    id: int
    title: str
    info_text: str | None
    color: str
    archived: bool
    published: bool
    visibility: Literal["hidden", "open"]
    manager: Named | None
    cover_file: File | None
    organization: Ref


class Activity(Strict):
    id: int
    title: str
    info_text: str | None
    organization: Ref


class EventPlace(Strict):
    id: int
    lat: float
    lng: float
    title: str


class Event(Strict):
    id: int
    title: str | None
    activity: Ref | None
    campaign: Ref | None
    organization: Ref
    location: EventPlace | None
    start_time: Wall
    end_time: Wall
    info_text: str
    url: str | None
    num_participants_required: Count
    num_participants_available: Count
    contact: Named | None
    published: Naive | None
    published_by_user: Somebody | None
    cancelled: Naive | None
    cancelled_by_user: Somebody | None
    cover_file: File | None


class Participant(Native):
    attended: Naive | None
    cancelled: Naive | None
    noshow: Naive | None
    reminder_sent: Offset | None


class ResponsePerson(Strict):
    id: int
    name: str
    first_name: str
    last_name: str
    email: str | None
    phone: str | None


class Response(Strict):
    id: int
    action_id: int
    response_date: Offset
    person: ResponsePerson


class ResponsePut(Response):
    action: dict[str, Any]


class EventId(Strict):
    id: int


class Reminder(Strict):
    action: EventId
    person: Named
    sent: Offset


class EventStats(Strict):
    num_booked: Count
    num_pending: Count
    num_reminded: Count
    num_signups: Count


class Location(Strict):
    id: int
    title: str
    info_text: str
    lat: float
    lng: float
    organization: Ref


class LocationV2(Strict):
    id: int
    title: str
    description: str | None
    latitude: float
    longitude: float
    organization_id: int
    type: Literal["event", "assignment"]
    num_estimated_households: int
    num_known_households: int
    created: Naive | None
    created_by_user_id: int | None
