"""Events, their participants and sign-ups, projects, event types and places."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, Rows, envelope, filled, id_of, listing
from connectors.zetkin.wire.times import Reading, instant
from zetkin_sync.ports import EventState


class _Place(msgspec.Struct, gc=False):
    id: Id
    title: str | None = None
    lat: float | None = None
    lng: float | None = None


class _PlaceV2(msgspec.Struct, gc=False):
    id: Id
    title: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class _Event(msgspec.Struct, gc=False):
    id: Id
    title: str | None = None
    activity: Ref | None = None
    campaign: Ref | None = None
    location: _Place | None = None
    start_time: str | None = None
    end_time: str | None = None
    info_text: str | None = None
    url: str | None = None
    num_participants_required: int | None = None
    num_participants_available: int | None = None
    contact: Ref | None = None
    published: str | None = None
    cancelled: str | None = None


class _Project(msgspec.Struct, gc=False):
    id: Id
    title: str
    published: bool = False
    archived: bool = False
    visibility: str = "hidden"


class _Type(msgspec.Struct, gc=False):
    id: Id
    title: str


class _Participant(msgspec.Struct, gc=False):
    id: Id
    cancelled: str | None = None
    attended: str | None = None
    noshow: str | None = None
    reminder_sent: str | None = None


class _Response(msgspec.Struct, gc=False):
    id: Id
    person: Ref | None = None
    response_date: str | None = None


class _Stats(msgspec.Struct, gc=False):
    num_booked: int = 0
    num_pending: int = 0
    num_reminded: int = 0
    num_signups: int = 0


class _Reminder(msgspec.Struct, gc=False):
    person: Ref
    sent: str | None = None


def events(when: Reading) -> Rows:
    """A list of events; their times become wall-clock times."""

    def row(e: _Event) -> Row:
        starts, ends = when.wall_clock(e.start_time), when.wall_clock(e.end_time)
        place = e.location or _Place(0)
        return (
            e.id,
            e.title,
            id_of(e.activity),
            id_of(e.campaign),
            e.location.id if e.location else None,
            place.title,
            place.lat,
            place.lng,
            starts,
            ends,
            when.is_suspicious(starts, ends),
            e.num_participants_required or 0,
            e.num_participants_available or 0,
            id_of(e.contact),
            instant(e.published),
            instant(e.cancelled),
            filled(e.info_text),
            filled(e.url),
        )

    return listing(_Event, row)


_one_event = envelope(_Event).decode


def state(body: bytes, *, when: Reading, now: datetime) -> EventState:
    """One event, as far as somebody may be asked to it; a cancellation older than its publication is void."""
    e: _Event = _one_event(body).data
    published, cancelled = instant(e.published), instant(e.cancelled)
    return EventState(
        e.id,
        when.wall_clock(e.start_time),
        e.num_participants_required or 0,
        e.num_participants_available or 0,
        published=published is not None and published <= now,
        cancelled=cancelled is not None and (published is None or cancelled >= published),
    )


projects = listing(_Project, lambda p: (p.id, p.title, p.published, p.archived, p.visibility))
event_types = listing(_Type, lambda t: (t.id, t.title))
places = listing(_Place, lambda p: (p.id, p.title or "", p.lat, p.lng))
places_v2 = listing(_PlaceV2, lambda p: (p.id, p.title or "", p.latitude, p.longitude))


_participants = envelope(list[_Participant]).decode
_responses = envelope(list[_Response]).decode


def participants(event: int, body: bytes) -> list[Row]:
    """The people booked on one event."""
    return [
        (event, p.id, instant(p.cancelled), instant(p.attended), instant(p.noshow), instant(p.reminder_sent))
        for p in _participants(body).data
    ]


def responses(event: int, body: bytes) -> list[Row]:
    """The sign-ups to one event; a sign-up's own id is the person's (API.md §4.8)."""
    return [
        (event, r.person.id if r.person else r.id, instant(r.response_date)) for r in _responses(body).data
    ]


_stats = envelope(_Stats).decode
_reminders = envelope(list[_Reminder]).decode


def stats(event: int, body: bytes) -> list[Row]:
    """How many are booked on one event, and so on."""
    s: _Stats = _stats(body).data
    return [(event, s.num_booked, s.num_pending, s.num_reminded, s.num_signups)]


def reminders(event: int, body: bytes) -> list[Row]:
    """Who has been reminded of one event, and when last."""
    last: dict[int, Row] = {}
    for reminder in _reminders(body).data:
        row = (event, reminder.person.id, instant(reminder.sent))
        known = last.get(row[1])
        if known is None or (row[2] is not None and (known[2] is None or row[2] > known[2])):
            last[row[1]] = row
    return list(last.values())
