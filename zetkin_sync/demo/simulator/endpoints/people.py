"""People with their custom fields: listed, made, changed, removed and connected (API.md §4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zetkin_sync.demo.simulator import bodies
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.fields import check_value, visible_fields, writable_field
from zetkin_sync.demo.simulator.endpoints.users import membership
from zetkin_sync.demo.simulator.listing import filtered, written
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, encode, missing, not_found, raw
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.world.people import NATIVE, Person
from zetkin_sync.demo.world.state import State

routes = Routes()

_NATIVE_CHECKS = dict.fromkeys(NATIVE, bodies.optional(bodies.text)) | {
    "first_name": bodies.text,
    "last_name": bodies.text,
    "gender": bodies.optional(bodies.one_of("f", "m", "o")),
}
_FILTERS = {name: (lambda person, name=name: getattr(person, name)) for name in NATIVE}


def native_row(person: Person) -> Row:
    """A person's own fields, without custom ones: how matches, participants and duplicates show them."""
    row: Row = {"id": person.id}
    for name in NATIVE:
        row[name] = getattr(person, name)
    row["is_user"] = person.user is not None
    return row


def person_row(state: State, organization: int, person: Person) -> Row:
    """A person with every custom field that the organization may read, null where unset."""
    row = native_row(person)
    for field in visible_fields(state, organization):
        row[field.slug] = person.fields.get(field.slug)
    return row


def person_json(state: State, organization: int, person: int) -> bytes:
    """The same as JSON, kept until the person changes."""
    found = state.people[person]
    return state.row("person", person, organization, lambda: encode(person_row(state, organization, found)))


def people_matching(call: Call, people: Iterable[int]) -> list[Person]:
    """The people with these ids that pass the query's filters."""
    return filtered(call, (call.state.people[p] for p in people), _FILTERS)


@routes.get("/orgs/{org}/people")
def people(call: Call) -> Reply:
    """The people an organization sees."""
    state, org = call.state, call.org
    found = state.members(org)
    if call.has("filter"):
        found = [person.id for person in people_matching(call, found)]
    return written(call, found, lambda person: person_json(state, org, person))


@routes.post("/orgs/{org}/people")
def make_person(call: Call) -> Reply:
    """Make a person; two calls make two people."""
    body = call.object()
    for name in ("first_name", "last_name"):
        if not body.get(name):
            raise missing(name)
    native, custom = _checked(call, body)
    made = add_person(call.state, call.org, native, custom)
    return raw(person_json(call.state, call.org, made.id), 201)


def add_person(state: State, organization: int, native: Row, custom: Row) -> Person:
    """A new person, connected to the organization."""
    made = Person(id=state.new_id("person"), root=state.root_of(organization), **native)
    made.fields.update(custom)
    state.people[made.id] = made
    state.connect(organization, made.id)
    return made


def _checked(call: Call, body: Row) -> tuple[Row, Row]:
    """The body's own and custom fields; unknown keys and the read-only ones are refused."""
    own = {name: value for name, value in body.items() if name in _NATIVE_CHECKS}
    custom: dict[str, Any] = {}
    unknown: Row = {}
    for name, value in body.items():
        if name not in own:
            field = writable_field(call.state, call.org, name)
            if field is None:
                unknown[name] = value
            else:
                custom[name] = check_value(field, value)
    bodies.read(unknown, {})
    return bodies.read(own, _NATIVE_CHECKS), custom


@routes.get("/orgs/{org}/people/{person}")
def person(call: Call) -> Reply:
    """One person; 404 when the organization does not see them."""
    return raw(person_json(call.state, call.org, call.person.id))


@routes.patch("/orgs/{org}/people/{person}")
def patch_person(call: Call) -> Reply:
    """Change a person; null clears."""
    found = call.person
    native, custom = _checked(call, call.object())
    change_person(call.state, found, native, custom)
    return raw(person_json(call.state, call.org, found.id))


def change_person(state: State, person: Person, native: Row, custom: Row) -> None:
    """Set a person's fields; a custom null unsets."""
    for name, value in native.items():
        setattr(person, name, value)
    for slug, value in custom.items():
        if value is None:
            person.fields.pop(slug, None)
        else:
            person.fields[slug] = value
    state.forget("person", person.id)
    if native.keys() & {"first_name", "last_name"}:
        state.forget_all()


@routes.delete("/orgs/{org}/people/{person}", Access.ADMIN)
def delete_person(call: Call) -> Reply:
    """Remove a person from the whole tree (API.md §6.8 leaves it open; so does maintainers' advice: test)."""
    remove_person(call.state, call.person.id)
    return NOTHING


def remove_person(state: State, person: int) -> None:
    """Take a person out of everything."""
    for organization in state.homes(person):
        state.disconnect(organization, person)
    for record in state.organizations.values():
        record.officials.pop(person, None)
    for tag in state.tags.values():
        tag.people.pop(person, None)
    for event in state.events.values():
        booked = event.participants.pop(person, None)
        if booked is not None or event.responses.pop(person, None) is not None or event.contact == person:
            event.contact = None if event.contact == person else event.contact
            state.forget("event", event.id)
    for view in state.views.values():
        view.rows.pop(person, None)
    for user in state.users.values():
        user.people = {root: p for root, p in user.people.items() if p != person}
    state.people.pop(person, None)
    state.forget("person", person)


@routes.get("/orgs/{org}/people/{person}/avatar", Access.PUBLIC)
def avatar(call: Call) -> Reply:
    """A redirect to the avatars' host."""
    if call.number("person") not in call.state.people:
        raise not_found()
    return Reply(303, headers=((b"location", b"https://avatars.example.org/none.png"),))


# --- connections -------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/people/{person}/connections")
def connections(call: Call) -> Reply:
    """The organizations of the tree that a person is linked to."""
    found = call.person
    return data([membership(call.state, home, found.id) for home in call.state.homes(found.id)])


@routes.put("/orgs/{org}/people/{person}/connections/{other}")
def connect(call: Call) -> Reply:
    """Link a person to an organization below."""
    found, other = call.person, _below(call)
    call.state.connect(other, found.id)
    return data(membership(call.state, other, found.id))


@routes.delete("/orgs/{org}/people/{person}/connections/{other}")
def disconnect(call: Call) -> Reply:
    """Take the link away, and those further down with it."""
    found, other = call.person, _below(call)
    if not call.state.disconnect(other, found.id):
        raise not_found()
    for below in call.state.descendants(other):
        call.state.disconnect(below, found.id)
    return NOTHING


def _below(call: Call) -> int:
    other = call.number("other")
    if other not in call.state.scope(call.org, recursive=True):
        raise not_found()
    return other
