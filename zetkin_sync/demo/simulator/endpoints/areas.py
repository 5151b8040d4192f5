"""Areas and area assignments, which exist in v2 only (API.md §4.14)."""

from __future__ import annotations

from typing import Any

from zetkin_sync.demo.simulator import bodies
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.places import take_v2
from zetkin_sync.demo.simulator.listing import listed_v2
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, invalid, item_v2, not_found
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.areas import Area, AreaAssignment

areas_v2 = Routes()


def _polygon(name: str, value: Any) -> Row:
    """A GeoJSON polygon with closed rings."""
    shape = bodies.mapping(name, value)
    rings = shape.get("coordinates")
    closed = isinstance(rings, list) and rings and all(len(r) >= 4 and r[0] == r[-1] for r in rings)
    if shape.get("type") != "Polygon" or not closed:
        raise invalid(name, "Input should be a Polygon with closed rings")
    return shape


_AREA = {"title": bodies.filled, "description": bodies.optional(bodies.text), "boundary": _polygon}
_ASSIGNMENT = {
    "title": bodies.filled,
    "instructions": bodies.optional(bodies.text),
    "start_date": bodies.optional(bodies.instant),
    "end_date": bodies.optional(bodies.instant),
    "reporting_level": bodies.one_of("location", "household"),
    "project_id": bodies.whole,
}
_KEPT = {"start_date": "start", "end_date": "end", "project_id": "project"}
_METRIC = {
    "question": bodies.filled,
    "type": bodies.one_of("bool", "scale5"),
    "defines_success": bodies.flag,
}


def area_row(area: Area) -> Row:
    return {
        "id": area.id,
        "title": area.title,
        "description": area.description,
        "organization_id": area.organization,
        "boundary": area.boundary,
        "created": naive(area.created),
        "created_by_user_id": area.created_by,
    }


def assignment_row(record: AreaAssignment) -> Row:
    return {
        "id": record.id,
        "title": record.title,
        "instructions": record.instructions,
        "organization_id": record.organization,
        "project_id": record.project,
        "start_date": naive(record.start),
        "end_date": naive(record.end),
        "reporting_level": record.reporting_level,
        "created": naive(record.created),
        "created_by_user_id": record.created_by,
    }


# --- areas ---------------------------------------------------------------------------------------------------


@areas_v2.get("/orgs/{org}/areas")
def areas(call: Call) -> Reply:
    """The organization's areas."""
    return listed_v2(call, [a for a in call.state.areas.values() if a.organization == call.org], area_row)


@areas_v2.post("/orgs/{org}/areas")
def make_area(call: Call) -> Reply:
    """Draw an area."""
    body = take_v2(call, _AREA, required=("title", "boundary"))
    made = Area(
        id=call.state.new_id("area"),
        organization=call.org,
        created=call.now,
        created_by=call.signed_in.id,
        **body,
    )
    call.state.areas[made.id] = made
    return item_v2(area_row(made), 201)


@areas_v2.get("/orgs/{org}/areas/{area}")
def area(call: Call) -> Reply:
    """One area."""
    return item_v2(area_row(call.own(call.state.areas, "area")))


@areas_v2.patch("/orgs/{org}/areas/{area}")
def patch_area(call: Call) -> Reply:
    """Change an area."""
    found = call.own(call.state.areas, "area")
    for name, value in take_v2(call, _AREA).items():
        setattr(found, name, value)
    return item_v2(area_row(found))


@areas_v2.delete("/orgs/{org}/areas/{area}")
def delete_area(call: Call) -> Reply:
    """Remove an area."""
    del call.state.areas[call.own(call.state.areas, "area").id]
    return NOTHING


# --- assignments -----------------------------------------------------------------------------------------------


def own_assignment(call: Call) -> AreaAssignment:
    return call.own(call.state.area_assignments, "assignment")


@areas_v2.get("/orgs/{org}/area_assignments")
def assignments(call: Call) -> Reply:
    """The canvasses."""
    found = [a for a in call.state.area_assignments.values() if a.organization == call.org]
    return listed_v2(call, found, assignment_row)


@areas_v2.get("/orgs/{org}/projects/{project}/area_assignments")
def assignments_of_project(call: Call) -> Reply:
    """A project's canvasses."""
    project = call.own(call.state.campaigns, "project")
    found = [a for a in call.state.area_assignments.values() if a.project == project.id]
    return listed_v2(call, found, assignment_row)


@areas_v2.post("/orgs/{org}/projects/{project}/area_assignments")
def make_assignment(call: Call) -> Reply:
    """Make a canvass; answers 200 (API.md §2.2)."""
    project = call.own(call.state.campaigns, "project")
    body = take_v2(call, {k: v for k, v in _ASSIGNMENT.items() if k != "project_id"}, required=("title",))
    made = AreaAssignment(
        id=call.state.new_id("area_assignment"),
        organization=call.org,
        project=project.id,
        created=call.now,
        created_by=call.signed_in.id,
        **{_KEPT.get(name, name): value for name, value in body.items()},
    )
    call.state.area_assignments[made.id] = made
    return item_v2(assignment_row(made))


@areas_v2.get("/orgs/{org}/area_assignments/{assignment}")
def assignment(call: Call) -> Reply:
    """One canvass."""
    return item_v2(assignment_row(own_assignment(call)))


@areas_v2.patch("/orgs/{org}/area_assignments/{assignment}")
def patch_assignment(call: Call) -> Reply:
    """Change a canvass."""
    found = own_assignment(call)
    for name, value in take_v2(call, _ASSIGNMENT).items():
        setattr(found, _KEPT.get(name, name), value)
    return item_v2(assignment_row(found))


@areas_v2.delete("/orgs/{org}/area_assignments/{assignment}")
def delete_assignment(call: Call) -> Reply:
    """Remove a canvass."""
    del call.state.area_assignments[own_assignment(call).id]
    return NOTHING


@areas_v2.get("/orgs/{org}/area_assignments/{assignment}/areas")
def areas_of_assignment(call: Call) -> Reply:
    """The areas somebody is assigned to."""
    wanted = {area for area, _ in own_assignment(call).assignees}
    return listed_v2(call, [a for a in call.state.areas.values() if a.id in wanted], area_row)


@areas_v2.get("/orgs/{org}/area_assignments/{assignment}/assignees")
def assignees(call: Call) -> Reply:
    """Who is assigned to which area; users, not people."""
    found = own_assignment(call)
    return listed_v2(call, list(found.assignees), lambda pair: _assignee_row(found, *pair))


def _assignee_row(found: AreaAssignment, area: int, user: int) -> Row:
    return {
        "area_assignment_id": found.id,
        "area_id": area,
        "user_id": user,
        "created": naive(found.assignees[area, user]),
        "created_by_user_id": found.created_by,
    }


@areas_v2.put("/orgs/{org}/area_assignments/{assignment}/areas/{area}/assignees/{user}")
def assign(call: Call) -> Reply:
    """Assign a user to an area."""
    found, area = own_assignment(call), call.own(call.state.areas, "area")
    user = call.number("user")
    if user not in call.state.users:
        raise not_found()
    found.assignees.setdefault((area.id, user), call.now)
    return item_v2(_assignee_row(found, area.id, user))


@areas_v2.delete("/orgs/{org}/area_assignments/{assignment}/areas/{area}/assignees/{user}")
def unassign(call: Call) -> Reply:
    """Take a user off an area."""
    found, area = own_assignment(call), call.own(call.state.areas, "area")
    if found.assignees.pop((area.id, call.number("user")), None) is None:
        raise not_found()
    return NOTHING


@areas_v2.get("/orgs/{org}/area_assignments/{assignment}/metrics")
def metrics(call: Call) -> Reply:
    """What canvassers ask."""
    return listed_v2(call, own_assignment(call).metrics, lambda m: m)


@areas_v2.post("/orgs/{org}/area_assignments/{assignment}/metrics")
def make_metric(call: Call) -> Reply:
    """Add a question."""
    found = own_assignment(call)
    body = take_v2(call, _METRIC, required=("question", "type", "defines_success"))
    made = {
        "id": call.state.new_id("metric"),
        "area_assignment_id": found.id,
        **body,
        "created": naive(call.now),
        "created_by_user_id": call.signed_in.id,
    }
    found.metrics.append(made)
    return item_v2(made, 201)


@areas_v2.get("/users/{user}/area_assignments", Access.USER)
def my_assignments(call: Call) -> Reply:
    """The canvasses one is assigned to."""
    me = call.signed_in.id
    found = [a for a in call.state.area_assignments.values() if any(user == me for _, user in a.assignees)]
    return listed_v2(call, found, assignment_row)
