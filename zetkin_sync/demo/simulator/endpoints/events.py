"""Events ("actions"): listed, made, changed, published and called off (API.md §4.8).

Times are wall-clock times labelled as UTC; whoever writes a true instant gets its UTC digits on the poster.
"""

from __future__ import annotations

from collections.abc import Container

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.projects import is_public, may_organize
from zetkin_sync.demo.simulator.listing import filtered, written
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, encode, invalid, not_found, raw
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import labelled, naive
from zetkin_sync.demo.world.events import Event
from zetkin_sync.demo.world.state import State

routes = Routes()

_EVENT = {
    "title": bodies.optional(bodies.text),
    "start_time": bodies.wall,
    "end_time": bodies.wall,
    "activity_id": bodies.optional(bodies.whole),
    "campaign_id": bodies.optional(bodies.whole),
    "location_id": bodies.optional(bodies.whole),
    "organization_id": bodies.whole,
    "contact_id": bodies.optional(bodies.whole),
    "cover_file_id": bodies.optional(bodies.whole),
    "info_text": bodies.text,
    "url": bodies.optional(bodies.text),
    "num_participants_required": bodies.whole,
    "num_participants_available": bodies.whole,
    "published": bodies.optional(bodies.instant),
    "cancelled": bodies.optional(bodies.instant),
}
_KEPT = {
    "start_time": "starts",
    "end_time": "ends",
    "activity_id": "activity",
    "campaign_id": "campaign",
    "location_id": "location",
    "organization_id": "organization",
    "contact_id": "contact",
    "cover_file_id": "cover_file",
    "num_participants_required": "required",
}
FILTERS = {
    "start_time": lambda e: e.starts,
    "end_time": lambda e: e.ends,
    "activity": lambda e: e.activity,
    "location": lambda e: e.location,
}


def event_row(state: State, event: Event) -> Row:
    activity = state.activities.get(event.activity or 0)
    place = state.locations.get(event.location or 0)
    return {
        "id": event.id,
        "title": event.title,
        "activity": activity and {"id": activity.id, "title": activity.title},
        "campaign": quotes.campaign(state, event.campaign),
        "organization": quotes.organization(state, event.organization),
        "location": place and {"id": place.id, "lat": place.lat, "lng": place.lng, "title": place.title},
        "start_time": labelled(event.starts),
        "end_time": labelled(event.ends),
        "info_text": event.info_text,
        "url": event.url,
        "num_participants_required": event.required,
        "num_participants_available": event.available,
        "contact": quotes.named(state, event.contact),
        "published": naive(event.published),
        "published_by_user": quotes.user(state, event.published_by),
        "cancelled": naive(event.cancelled),
        "cancelled_by_user": quotes.user(state, event.cancelled_by),
        "cover_file": quotes.file(state, event.cover_file),
    }


def event_json(state: State, event: Event) -> bytes:
    """The same as JSON, kept until the event changes."""
    return state.row("event", event.id, 0, lambda: encode(event_row(state, event)))


def changed(call: Call, event: Event) -> None:
    """Something about an event changed: its row is written anew."""
    call.state.forget("event", event.id)


def _shown(call: Call, found: list[Event]) -> list[Event]:
    """What the sender may see: strangers see published events of public projects."""
    if may_organize(call):
        return found
    return [e for e in found if _is_public(call, e)]


def _is_public(call: Call, event: Event) -> bool:
    project = call.state.campaigns.get(event.campaign or 0)
    return (
        event.published is not None
        and event.published <= call.now
        and (event.cancelled is None or event.cancelled < event.published)
        and (project is None or is_public(project))
    )


def _listed(call: Call, found: list[Event]) -> Reply:
    found = filtered(call, _shown(call, found), FILTERS)
    return written(call, found, lambda e: event_json(call.state, e))


@routes.get("/orgs/{org}/actions", Access.PUBLIC)
def events(call: Call) -> Reply:
    """The events, of the whole tree below when `?recursive`."""
    scope = call.scope
    return _listed(call, [e for e in call.state.events.values() if e.organization in scope])


@routes.get("/orgs/{org}/campaigns/{campaign}/actions", Access.PUBLIC)
def events_of_campaign(call: Call) -> Reply:
    """A project's events."""
    project = call.own(call.state.campaigns, "campaign")
    return _listed(call, [e for e in call.state.events.values() if e.campaign == project.id])


@routes.get("/orgs/{org}/locations/{location}/actions")
def events_at_location(call: Call) -> Reply:
    """A place's events."""
    place = call.usable(call.state.locations, call.number("location"))
    found = [e for e in call.state.events.values() if e.location == place.id and e.organization == call.org]
    return _listed(call, found)


@routes.post("/orgs/{org}/actions")
def make_event(call: Call) -> Reply:
    """Make an event; two calls make two events."""
    return _made(call, bodies.take(call, _EVENT, required=("start_time",)))


@routes.post("/orgs/{org}/campaigns/{campaign}/actions")
def make_event_in_campaign(call: Call) -> Reply:
    """Make an event in a project: the path decides which."""
    project = call.own(call.state.campaigns, "campaign")
    body = bodies.take(call, _EVENT, required=("start_time",))
    return _made(call, {**body, "campaign_id": project.id})


def _made(call: Call, body: Row) -> Reply:
    values = _stored(call, body)
    values.setdefault("ends", values["starts"])
    values.pop("organization", None)
    made = Event(id=call.state.new_id("event"), organization=call.org, **values)
    _signed(call, made, values)
    call.state.events[made.id] = made
    return raw(event_json(call.state, made), 201)


def _stored(call: Call, body: Row) -> Row:
    """The body under our names, its references checked."""
    body.pop("num_participants_available", None)  # computed; the app posts it when it copies an event
    values = {_KEPT.get(name, name): value for name, value in body.items()}
    tables: dict[str, Container[int]] = {
        "activity": call.state.activities,
        "campaign": call.state.campaigns,
        "location": call.state.locations,
        "contact": call.state.people,
        "cover_file": call.state.files,
        "organization": call.state.organizations,
    }
    for name, table in tables.items():
        if values.get(name) is not None and values[name] not in table:
            raise invalid(f"{name}_id", f"No {name} {values[name]}")
    return values


def _signed(call: Call, event: Event, values: Row) -> None:
    """Remember whose account published or called off."""
    if "published" in values:
        event.published_by = None if event.published is None else call.signed_in.id
    if "cancelled" in values:
        event.cancelled_by = None if event.cancelled is None else call.signed_in.id


@routes.get("/orgs/{org}/actions/{action}", Access.PUBLIC)
def event(call: Call) -> Reply:
    """One event; what the sender may not see is not found."""
    found = call.own(call.state.events, "action")
    if not _shown(call, [found]):
        raise not_found()
    return raw(event_json(call.state, found))


@routes.patch("/orgs/{org}/actions/{action}")
def patch_event(call: Call) -> Reply:
    """Change, publish, call off or restore an event."""
    found = call.own(call.state.events, "action")
    values = _stored(call, bodies.take(call, _EVENT))
    for name, value in values.items():
        setattr(found, name, value)
    _signed(call, found, values)
    changed(call, found)
    return raw(event_json(call.state, found))


@routes.delete("/orgs/{org}/actions/{action}")
def delete_event(call: Call) -> Reply:
    """Remove an event."""
    found = call.own(call.state.events, "action")
    del call.state.events[found.id]
    changed(call, found)
    return NOTHING
