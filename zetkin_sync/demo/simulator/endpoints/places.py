"""Places in their two models: v1 `{lat, lng, info_text}` and v2 `{latitude, longitude, description}` (API.md §4.8)."""

from __future__ import annotations

from collections.abc import Mapping

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.geometry import contains
from zetkin_sync.demo.simulator.listing import listed, listed_v2
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Refused,
    Reply,
    Row,
    data,
    item_v2,
    not_found,
    unprocessable,
)
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.events import Location
from zetkin_sync.demo.world.state import State

routes = Routes()
places_v2 = Routes()

_V1 = {"title": bodies.filled, "info_text": bodies.text, "lat": bodies.number, "lng": bodies.number}
_V2 = {
    "title": bodies.filled,
    "description": bodies.optional(bodies.text),
    "latitude": bodies.number,
    "longitude": bodies.number,
    "type": bodies.one_of("event", "assignment"),
    "num_estimated_households": bodies.whole,
}
_KEPT = {
    "description": "info_text",
    "latitude": "lat",
    "longitude": "lng",
    "type": "kind",
    "num_estimated_households": "households",
}


def location_row(state: State, record: Location) -> Row:
    return {
        "id": record.id,
        "title": record.title,
        "info_text": record.info_text,
        "lat": record.lat,
        "lng": record.lng,
        "organization": quotes.organization(state, record.organization),
    }


def location_row_v2(record: Location) -> Row:
    return {
        "id": record.id,
        "title": record.title,
        "description": record.info_text,
        "latitude": record.lat,
        "longitude": record.lng,
        "organization_id": record.organization,
        "type": record.kind,
        "num_estimated_households": record.households,
        "num_known_households": 0,
        "created": naive(record.created),
        "created_by_user_id": record.created_by,
    }


@routes.get("/orgs/{org}/locations")
def locations(call: Call) -> Reply:
    """The places."""
    found = [p for p in call.state.locations.values() if p.organization in call.scope]
    return listed(call, found, lambda p: location_row(call.state, p))


@routes.post("/orgs/{org}/locations")
def make_location(call: Call) -> Reply:
    """Make a place for events."""
    body = bodies.take(call, _V1, required=("title", "lat", "lng"))
    made = _made(call, body)
    return data(location_row(call.state, made), 201)


def _made(call: Call, body: Row) -> Location:
    made = Location(
        id=call.state.new_id("location"),
        organization=call.org,
        created=call.now,
        created_by=call.signed_in.id,
        **body,
    )
    call.state.locations[made.id] = made
    return made


@routes.get("/orgs/{org}/locations/{location}")
def location(call: Call) -> Reply:
    """One place, of this organization or one above."""
    return data(location_row(call.state, call.usable(call.state.locations, call.number("location"))))


@routes.patch("/orgs/{org}/locations/{location}")
def patch_location(call: Call) -> Reply:
    """Change a place."""
    found = call.own(call.state.locations, "location")
    _change(call, found, bodies.take(call, _V1))
    return data(location_row(call.state, found))


def _change(call: Call, found: Location, body: Row) -> None:
    for name, value in body.items():
        setattr(found, name, value)
    call.state.forget_all()


@routes.delete("/orgs/{org}/locations/{location}")
def delete_location(call: Call) -> Reply:
    """Remove a place; events there have none afterwards."""
    _remove(call)
    return NOTHING


def _remove(call: Call) -> None:
    gone = call.own(call.state.locations, "location")
    for event in call.state.events.values():
        event.location = None if event.location == gone.id else event.location
    del call.state.locations[gone.id]
    call.state.forget_all()


# --- v2 ----------------------------------------------------------------------------------------------------------


@places_v2.get("/orgs/{org}/locations")
def locations_v2(call: Call) -> Reply:
    """The places, by type and by area when asked."""
    return listed_v2(call, _within(call, call.path.get("area")), location_row_v2)


@places_v2.get("/orgs/{org}/areas/{area}/locations")
def locations_of_area(call: Call) -> Reply:
    """The places inside an area."""
    return locations_v2(call)


def _within(call: Call, area: str | None) -> list[Location]:
    asked = dict(call.query)
    found = [p for p in call.state.locations.values() if p.organization == call.org]
    if "type" in asked:
        found = [p for p in found if p.kind == asked["type"]]
    wanted = area or asked.get("within_areas")
    if wanted:
        shape = call.state.areas.get(int(wanted)) if wanted.isdecimal() else None
        if shape is None:
            raise not_found()
        found = [p for p in found if contains(shape.boundary, p.lng, p.lat)]
    return found


@places_v2.post("/orgs/{org}/locations")
def make_location_v2(call: Call) -> Reply:
    """Make a place; answers 200, unlike v1 (API.md §2.2)."""
    body = take_v2(call, _V2, required=("title", "latitude", "longitude"))
    return item_v2(location_row_v2(_made(call, _renamed(body))))


def _renamed(body: Row) -> Row:
    return {_KEPT.get(name, name): value for name, value in body.items()}


@places_v2.get("/orgs/{org}/locations/{location}")
def location_v2(call: Call) -> Reply:
    """One place."""
    return item_v2(location_row_v2(call.own(call.state.locations, "location")))


@places_v2.patch("/orgs/{org}/locations/{location}")
def patch_location_v2(call: Call) -> Reply:
    """Change a place."""
    found = call.own(call.state.locations, "location")
    _change(call, found, _renamed(take_v2(call, _V2)))
    return item_v2(location_row_v2(found))


@places_v2.delete("/orgs/{org}/locations/{location}")
def delete_location_v2(call: Call) -> Reply:
    """Remove a place."""
    _remove(call)
    return NOTHING


def take_v2(call: Call, checks: Mapping[str, bodies.Check], *, required: tuple[str, ...] = ()) -> Row:
    """A v2 body's values; what is wrong is a 422 in the v2 form."""
    body = call.object()
    for name in required:
        if name not in body:
            raise unprocessable(name, "Field required", "missing")
    for name, value in body.items():
        if name not in checks:
            raise unprocessable(name, "Extra inputs are not permitted", "extra_forbidden")
        try:
            body[name] = checks[name](name, value)
        except Refused:
            raise unprocessable(name, "Input is not valid", "value_error") from None
    return body
