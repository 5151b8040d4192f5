"""Custom fields: their definitions, who sees them, and values one at a time (API.md §4.2)."""

from __future__ import annotations

import re
from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    conflict,
    data,
    encode,
    invalid,
    not_found,
    refusal,
)
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import read_day
from zetkin_sync.demo.world.people import NATIVE, Field, Person
from zetkin_sync.demo.world.state import State

routes = Routes()

_SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")


def _choices(name: str, value: Any) -> list[Row]:
    """`[{key, label}]`."""
    words = {"key": bodies.filled, "label": bodies.text}
    found = [bodies.mapping(name, choice) for choice in bodies.sequence(name, value)]
    return [bodies.read(choice, words, required=("key", "label")) for choice in found]


_CHECKS = {
    "title": bodies.filled,
    "slug": bodies.filled,
    "type": bodies.one_of("text", "url", "date", "json", "enum", "lnglat"),
    "description": bodies.optional(bodies.text),
    "enum_choices": bodies.optional(_choices),
    "org_read": bodies.one_of("sameorg", "suborgs"),
    "org_write": bodies.one_of("sameorg", "suborgs"),
}


def field_row(state: State, field: Field) -> Row:
    return {
        "id": field.id,
        "title": field.title,
        "slug": field.slug,
        "description": field.description,
        "type": field.type,
        "enum_choices": field.enum_choices,
        "organization": quotes.organization(state, field.organization),
        "org_read": field.org_read,
        "org_write": field.org_write,
    }


def visible_fields(state: State, organization: int) -> list[Field]:
    """The fields an organization may read: its own, and those shared downwards from above."""
    above = state.ancestors(organization)
    return [
        f
        for f in state.fields.values()
        if f.organization == organization or (f.org_read == "suborgs" and f.organization in above)
    ]


def writable_field(state: State, organization: int, slug: str) -> Field | None:
    """The field with this slug, when the organization may write it."""
    for field in visible_fields(state, organization):
        if field.slug == slug and (field.organization == organization or field.org_write == "suborgs"):
            return field
    return None


def check_value(field: Field, value: Any) -> Any:
    """A value as it is stored; null unsets. 400 when it is not of the field's type."""
    if value is None or value == "":
        return None
    match field.type:
        case "date":
            try:
                return read_day(bodies.text(field.slug, value)).isoformat()
            except ValueError:
                raise refusal(400, "Invalid date string value") from None
        case "url":
            if not re.match(r"https?://[^\s/]+", bodies.text(field.slug, value)):
                raise refusal(400, "Invalid URL string value")
        case "enum":
            if value not in [choice["key"] for choice in field.enum_choices or []]:
                raise invalid(field.slug, f"{value!r} is not a choice")
        case "lnglat":
            point = bodies.mapping(field.slug, value)
            return {axis: bodies.number(axis, point.get(axis)) for axis in ("lat", "lng")}
        case "json":
            return value
        case _:
            return bodies.text(field.slug, value)
    return value


@routes.get("/orgs/{org}/people/fields")
def fields(call: Call) -> Reply:
    """The fields an organization sees, with those below when `?recursive`."""
    found = visible_fields(call.state, call.org)
    if call.has("recursive"):
        found += [f for f in call.state.fields.values() if f.organization in call.scope and f not in found]
    return listed(call, found, lambda f: field_row(call.state, f))


@routes.post("/orgs/{org}/people/fields")
def make_field(call: Call) -> Reply:
    """Define a field."""
    body = bodies.take(call, _CHECKS, required=("title", "slug", "type"))
    if not _SLUG.match(body["slug"]) or body["slug"] in (*NATIVE, "id", "is_user"):
        raise refusal(400, "Invalid data", "The slug is not allowed.")
    _free(call, body["slug"])
    made = Field(id=call.state.new_id("field"), organization=call.org, **body)
    call.state.fields[made.id] = made
    call.state.forget_all()
    return data(field_row(call.state, made), 201)


def _free(call: Call, slug: str) -> None:
    if any(f.slug == slug and f.organization == call.org for f in call.state.fields.values()):
        raise conflict("Slug in use")


def _field(call: Call) -> Field:
    """The field in the path, by id or by slug."""
    text = call.path["field"]
    for field in visible_fields(call.state, call.org):
        if text in (str(field.id), field.slug):
            return field
    raise not_found()


@routes.get("/orgs/{org}/people/fields/{field}")
def field(call: Call) -> Reply:
    """One definition."""
    return data(field_row(call.state, _field(call)))


@routes.patch("/orgs/{org}/people/fields/{field}")
def patch_field(call: Call) -> Reply:
    """Change a definition; a choice that somebody has cannot go."""
    found, body = _field(call), bodies.take(call, _CHECKS)
    if body.get("slug", found.slug) != found.slug:
        _free(call, body["slug"])
    if body.get("enum_choices") is not None:
        kept = [choice["key"] for choice in body["enum_choices"]]
        used = [p.fields[found.slug] for p in call.state.people.values() if found.slug in p.fields]
        if any(value not in kept for value in used):
            raise conflict("enum choice in use")
    for name, value in body.items():
        setattr(found, name, value)
    call.state.forget_all()
    return data(field_row(call.state, found))


@routes.delete("/orgs/{org}/people/fields/{field}")
def delete_field(call: Call) -> Reply:
    """Remove a field and its values."""
    gone = call.state.fields.pop(_field(call).id)
    for person in call.state.people.values():
        person.fields.pop(gone.slug, None)
    call.state.forget_all()
    return NOTHING


@routes.get("/orgs/{org}/people/fields/{field}/uniquevalues")
def unique_values(call: Call) -> Reply:
    """The values in use."""
    found = _field(call)
    values = [call.state.people[p].fields.get(found.slug) for p in call.state.members(call.org)]
    return data(sorted({v if isinstance(v, str) else encode(v).decode() for v in values if v is not None}))


# --- one person's values -------------------------------------------------------------------------------------


def _value_row(call: Call, found: Field, person: Person) -> Row:
    return {"field": field_row(call.state, found), "value": person.fields[found.slug]}


@routes.get("/orgs/{org}/people/{person}/fields")
def values(call: Call) -> Reply:
    """A person's set values."""
    person = call.person
    shown = [f for f in visible_fields(call.state, call.org) if f.slug in person.fields]
    return data([_value_row(call, f, person) for f in shown])


@routes.get("/orgs/{org}/people/{person}/fields/{field}")
def value(call: Call) -> Reply:
    """One value; 404 when it is not set."""
    person, found = call.person, _field(call)
    if found.slug not in person.fields:
        raise not_found()
    return data(_value_row(call, found, person))


@routes.put("/orgs/{org}/people/{person}/fields/{field}")
def put_value(call: Call) -> Reply:
    """Set a value: the body is the bare JSON value; null or nothing unsets."""
    person, found = call.person, _field(call)
    checked = check_value(found, call.json())
    call.state.forget("person", person.id)
    if checked is None:
        person.fields.pop(found.slug, None)
        return NOTHING
    person.fields[found.slug] = checked
    return data(_value_row(call, found, person))


@routes.delete("/orgs/{org}/people/{person}/fields/{field}")
def delete_value(call: Call) -> Reply:
    """Unset a value; 404 when it is not set."""
    person, found = call.person, _field(call)
    if person.fields.pop(found.slug, None) is None:
        raise not_found()
    call.state.forget("person", person.id)
    return NOTHING
