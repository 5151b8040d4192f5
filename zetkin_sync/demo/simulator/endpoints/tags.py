"""Tags, their groups, and tags on people (API.md §4.4)."""

from __future__ import annotations

from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.people import native_row
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, invalid, not_found
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.world.people import Tag, TagGroup
from zetkin_sync.demo.world.state import State

routes = Routes()

_TAG = {
    "title": bodies.filled,
    "description": bodies.text,
    "hidden": bodies.flag,
    "color": bodies.optional(bodies.color),
    "group_id": bodies.optional(bodies.whole),
    "value_type": bodies.optional(bodies.one_of("text", "url", "date", "number", "json")),
}
_GROUP = {"title": bodies.filled, "description": bodies.text}


def tag_row(state: State, tag: Tag) -> Row:
    group = state.tag_groups.get(tag.group or 0)
    return {
        "id": tag.id,
        "title": tag.title,
        "description": tag.description,
        "hidden": tag.hidden,
        "color": tag.color,
        "group": group and {"id": group.id, "title": group.title},
        "organization": quotes.organization(state, tag.organization),
        "value_type": tag.value_type,
    }


def applied_row(state: State, tag: Tag, person: int) -> Row:
    """A tag as a person has it, with its value."""
    return {**tag_row(state, tag), "value": tag.people[person]}


def group_row(state: State, group: TagGroup) -> Row:
    return {
        "id": group.id,
        "title": group.title,
        "description": group.description,
        "organization": quotes.organization(state, group.organization),
    }


# --- tags ----------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/people/tags")
def tags(call: Call) -> Reply:
    """The organization's own tags, with those of the organizations below when `?recursive`."""
    found = [t for t in call.state.tags.values() if t.organization in call.scope]
    return listed(call, found, lambda t: tag_row(call.state, t))


@routes.post("/orgs/{org}/people/tags")
def make_tag(call: Call) -> Reply:
    """Make a tag; titles need not be unique."""
    body = _group_checked(call, bodies.take(call, _TAG, required=("title",)))
    made = Tag(id=call.state.new_id("tag"), organization=call.org, **body)
    call.state.tags[made.id] = made
    return data(tag_row(call.state, made), 201)


def _group_checked(call: Call, body: Row) -> Row:
    if "group_id" in body:
        group = body.pop("group_id")
        if group is not None and call.state.tag_groups.get(group) is None:
            raise invalid("group_id", f"No tag group {group}")
        body["group"] = group
    return body


@routes.get("/orgs/{org}/people/tags/{tag}")
def tag(call: Call) -> Reply:
    """One tag."""
    return data(tag_row(call.state, call.usable(call.state.tags, call.number("tag"))))


@routes.patch("/orgs/{org}/people/tags/{tag}")
def patch_tag(call: Call) -> Reply:
    """Change a tag."""
    found = call.own(call.state.tags, "tag")
    for name, value in _group_checked(call, bodies.take(call, _TAG)).items():
        setattr(found, name, value)
    return data(tag_row(call.state, found))


@routes.delete("/orgs/{org}/people/tags/{tag}")
def delete_tag(call: Call) -> Reply:
    """Remove a tag from the organization and from everybody."""
    del call.state.tags[call.own(call.state.tags, "tag").id]
    return NOTHING


@routes.get("/orgs/{org}/people/tags/{tag}/people")
def tagged(call: Call) -> Reply:
    """The people an organization sees that have a tag; without custom fields and values."""
    found = call.usable(call.state.tags, call.number("tag"))
    people = sorted(p for p in found.people if call.state.connected(call.org, p))
    return listed(call, people, lambda p: native_row(call.state.people[p]))


# --- tags on a person ----------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/people/{person}/tags")
def person_tags(call: Call) -> Reply:
    """A person's tags, with values."""
    person = call.person.id
    usable = (call.org, *call.state.ancestors(call.org))
    found = [t for t in call.state.tags.values() if person in t.people and t.organization in usable]
    return listed(call, found, lambda t: applied_row(call.state, t, person))


@routes.put("/orgs/{org}/people/{person}/tags/{tag}")
def put_tag(call: Call) -> Reply:
    """Put a tag on a person; again is the same."""
    person = call.person.id
    found = call.usable(call.state.tags, call.number("tag"))
    value = bodies.take(call, {"value": bodies.anything}).get("value")
    found.people[person] = _value(found, value)
    return data(applied_row(call.state, found, person))


def _value(tag: Tag, value: Any) -> Any:
    """The value a tag carries; a plain tag carries none."""
    match tag.value_type:
        case None:
            return None
        case "number":
            return bodies.optional(bodies.number)("value", value)
        case "date":
            return bodies.optional(bodies.day)("value", value)
        case "json":
            return value
        case _:
            return bodies.optional(bodies.text)("value", value)


@routes.delete("/orgs/{org}/people/{person}/tags/{tag}")
def delete_person_tag(call: Call) -> Reply:
    """Take a tag off; 404 when it was not on."""
    person = call.person.id
    found = call.usable(call.state.tags, call.number("tag"))
    if person not in found.people:
        raise not_found()
    del found.people[person]
    return NOTHING


# --- groups --------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/tag_groups")
def groups(call: Call) -> Reply:
    """The tag groups."""
    found = [g for g in call.state.tag_groups.values() if g.organization == call.org]
    return listed(call, found, lambda g: group_row(call.state, g))


@routes.post("/orgs/{org}/tag_groups")
def make_group(call: Call) -> Reply:
    """Make a tag group."""
    body = bodies.take(call, _GROUP, required=("title",))
    made = TagGroup(id=call.state.new_id("tag_group"), organization=call.org, **body)
    call.state.tag_groups[made.id] = made
    return data(group_row(call.state, made), 201)


@routes.get("/orgs/{org}/tag_groups/{group}")
def group(call: Call) -> Reply:
    """One tag group."""
    return data(group_row(call.state, call.own(call.state.tag_groups, "group")))


@routes.patch("/orgs/{org}/tag_groups/{group}")
def patch_group(call: Call) -> Reply:
    """Change a tag group."""
    found = call.own(call.state.tag_groups, "group")
    for name, value in bodies.take(call, _GROUP).items():
        setattr(found, name, value)
    return data(group_row(call.state, found))


@routes.delete("/orgs/{org}/tag_groups/{group}")
def delete_group(call: Call) -> Reply:
    """Remove a tag group; its tags live on without one."""
    del call.state.tag_groups[call.own(call.state.tag_groups, "group").id]
    return NOTHING
