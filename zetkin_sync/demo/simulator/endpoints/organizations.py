"""Organizations, the tree below them, and who has a role in them (API.md §4.1, §4.9)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    conflict,
    data,
    forbidden,
    not_found,
    refusal,
)
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.world.organizations import Organization
from zetkin_sync.demo.world.state import State

routes = Routes()

_PATCH = {
    "title": bodies.filled,
    "is_active": bodies.flag,
    "is_open": bodies.flag,
    "is_public": bodies.flag,
    "email": bodies.optional(bodies.text),
    "phone": bodies.optional(bodies.text),
    "country": bodies.text,
    "lang": bodies.optional(bodies.text),
    "location": bodies.optional(bodies.mapping),
    "parent_id": bodies.optional(bodies.whole),
    "avatar_file_id": bodies.optional(bodies.whole),
}


def organization_row(state: State, record: Organization) -> Row:
    above = None if record.parent is None else state.organizations[record.parent]
    return {
        "id": record.id,
        "title": record.title,
        "short_title": record.short_title,
        "slug": record.slug,
        "parent": above and {"id": above.id, "title": above.title, "slug": above.slug},
        "avatar_file": quotes.file(state, record.avatar_file),
        "country": record.country,
        "lang": record.lang,
        "email": record.email,
        "phone": record.phone,
        "location": record.location,
        "is_active": record.is_active,
        "is_open": record.is_open,
        "is_public": record.is_public,
    }


def _tree(state: State, record: Organization, *, recursive: bool) -> Row:
    row = organization_row(state, record)
    below = state.children(record.id) if recursive else []
    row["sub_orgs"] = [_tree(state, child, recursive=True) for child in below]
    return row


@routes.get("/orgs", Access.USER)
def organizations(call: Call) -> Reply:
    """Every organization of the instance."""
    return listed(call, list(call.state.organizations.values()), lambda o: organization_row(call.state, o))


@routes.get("/orgs/{org}", Access.PUBLIC)
def organization(call: Call) -> Reply:
    """One organization."""
    return data(organization_row(call.state, call.organization))


@routes.patch("/orgs/{org}", Access.ADMIN)
def patch_organization(call: Call) -> Reply:
    """Change an organization."""
    record, body = call.organization, bodies.take(call, _PATCH)
    if "parent_id" in body:
        parent = body.pop("parent_id")
        lower = (record.id, *call.state.descendants(record.id))
        if parent is not None and (parent not in call.state.organizations or parent in lower):
            raise refusal(400, "Invalid parent")
        record.parent = parent
    if "avatar_file_id" in body:
        record.avatar_file = body.pop("avatar_file_id")
    for name, value in body.items():
        setattr(record, name, value)
    call.state.forget_all()
    return data(organization_row(call.state, record))


@routes.get("/orgs/{org}/sub_organizations", Access.PUBLIC)
def sub_organizations(call: Call) -> Reply:
    """The organizations directly below, or with `?recursive` the whole tree, nested."""
    deep = call.has("recursive")
    return data([_tree(call.state, o, recursive=deep) for o in call.state.children(call.org)])


@routes.post("/orgs/{org}/sub_organizations", Access.ADMIN)
def make_sub_organization(call: Call) -> Reply:
    """Found an organization below this one."""
    body = bodies.take(call, _PATCH, required=("title", "country"))
    made = Organization(id=call.state.new_id("organization"), title=body["title"], parent=call.org)
    made.country, made.location = body["country"], body.get("location")
    call.state.organizations[made.id] = made
    return data(organization_row(call.state, made), 201)


# --- officials ---------------------------------------------------------------------------------------------


def _official(call: Call, person: int) -> Row:
    found = call.state.people.get(person)
    role = call.organization.officials.get(person)
    if found is None or role is None:
        raise not_found()
    return {**quotes.person(found), "role": role}


@routes.get("/orgs/{org}/officials")
def officials(call: Call) -> Reply:
    """The people with a role in the organization."""
    return listed(call, sorted(call.organization.officials), lambda person: _official(call, person))


@routes.get("/orgs/{org}/officials/{person}")
def official(call: Call) -> Reply:
    """One of them."""
    return data(_official(call, call.number("person")))


@routes.put("/orgs/{org}/officials/{person}")
def put_official(call: Call) -> Reply:
    """Give a person a role; nobody gives more than they have, or takes their own."""
    role = bodies.take(call, {"role": bodies.one_of("organizer", "admin")}, required=("role",))["role"]
    person = call.person
    _not_myself(call, person.id)
    if role == "admin" and call.state.role(call.signed_in, call.org) != "admin":
        raise forbidden("Cannot promote above yourself")
    call.organization.officials[person.id] = role
    return data(_official(call, person.id), 201)


@routes.delete("/orgs/{org}/officials/{person}")
def delete_official(call: Call) -> Reply:
    """Take a role away."""
    _not_myself(call, call.number("person"))
    if call.organization.officials.pop(call.number("person"), None) is None:
        raise not_found()
    return NOTHING


def _not_myself(call: Call, person: int) -> None:
    if call.signed_in.people.get(call.state.root_of(call.org)) == person:
        raise conflict("Cannot demote yourself")
