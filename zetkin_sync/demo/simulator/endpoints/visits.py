"""What canvassing reached: houses of an assignment, visits to them, figures (API v2, API.md §4.14)."""

from __future__ import annotations

from typing import Any

from zetkin_sync.demo.simulator import bodies
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.areas import own_assignment
from zetkin_sync.demo.simulator.endpoints.places import location_row_v2, take_v2
from zetkin_sync.demo.simulator.geometry import contains
from zetkin_sync.demo.simulator.listing import listed_v2
from zetkin_sync.demo.simulator.replies import Reply, Row, item_v2, not_found, unprocessable
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.areas import Area, AreaAssignment
from zetkin_sync.demo.world.events import Location

visits_v2 = Routes()

_VISIT = {"num_households_visited": bodies.whole, "metrics": bodies.sequence}


def _houses(call: Call, areas: list[Area]) -> list[Location]:
    houses = [
        p for p in call.state.locations.values() if p.kind == "assignment" and p.organization == call.org
    ]
    return [h for h in houses if any(contains(a.boundary, h.lng, h.lat) for a in areas)]


def _areas(call: Call, found: AreaAssignment) -> list[Area]:
    return [call.state.areas[a] for a in {area for area, _ in found.assignees} if a in call.state.areas]


def _house(call: Call) -> Location:
    found = call.own(call.state.locations, "location")
    if found.kind != "assignment":
        raise not_found()
    return found


@visits_v2.get("/orgs/{org}/area_assignments/{assignment}/locations")
def houses(call: Call) -> Reply:
    """The houses inside the assignment's areas."""
    found = own_assignment(call)
    return listed_v2(call, _houses(call, _areas(call, found)), lambda h: _house_row(found, h))


@visits_v2.get("/orgs/{org}/area_assignments/{assignment}/locations/{location}")
def house(call: Call) -> Reply:
    """One of them."""
    return item_v2(_house_row(own_assignment(call), _house(call)))


def _house_row(found: AreaAssignment, place: Location) -> Row:
    visits = [v for v in found.visits if v["location_id"] == place.id]
    return {
        **location_row_v2(place),
        "num_visits": len(visits),
        "num_successful_visits": sum(_successful(found, v) for v in visits),
    }


@visits_v2.get("/orgs/{org}/area_assignments/{assignment}/locations/{location}/visits")
def visits(call: Call) -> Reply:
    """The visits to a house."""
    found, place = own_assignment(call), _house(call)
    return listed_v2(call, [v for v in found.visits if v["location_id"] == place.id], lambda v: v)


@visits_v2.post("/orgs/{org}/area_assignments/{assignment}/locations/{location}/visits")
def make_visit(call: Call) -> Reply:
    """Report a visit: for each question how many said what."""
    found, place = own_assignment(call), _house(call)
    body = take_v2(call, _VISIT, required=("num_households_visited", "metrics"))
    made: Row = {
        "id": call.state.new_id("visit"),
        "area_assignment_id": found.id,
        "location_id": place.id,
        "num_households_visited": body["num_households_visited"],
        "metrics": [_answer(found, given) for given in body["metrics"]],
        "created": naive(call.now),
        "created_by_user_id": call.signed_in.id,
    }
    found.visits.append(made)
    return item_v2(made, 201)


def _answer(found: AreaAssignment, given: Any) -> Row:
    metric = next(
        (m for m in found.metrics if isinstance(given, dict) and m["id"] == given.get("metric_id")), None
    )
    wanted = {"num_yes", "num_no"} if metric and metric["type"] == "bool" else {"num_values"}
    if metric is None or given.keys() - {"metric_id"} != wanted:
        raise unprocessable("metrics", "Input is not valid", "value_error")
    return dict(given)


def _successful(found: AreaAssignment, visit: Row) -> bool:
    """Did anybody answer yes to a question that defines success?"""
    deciding = {m["id"] for m in found.metrics if m["defines_success"]}
    return any(a["metric_id"] in deciding and a.get("num_yes", 0) > 0 for a in visit["metrics"])


def _metric_figures(found: AreaAssignment) -> list[Row]:
    figures: list[Row] = []
    for metric in found.metrics:
        answers = [a for v in found.visits for a in v["metrics"] if a["metric_id"] == metric["id"]]
        if metric["type"] == "bool":
            totals = {key: sum(a[key] for a in answers) for key in ("num_yes", "num_no")}
            figures.append({"metric_id": metric["id"], **totals})
        else:
            values = [sum(a["num_values"][n] for a in answers) for n in range(5)]
            figures.append({"metric_id": metric["id"], "num_values": values})
    return figures


@visits_v2.get("/orgs/{org}/area_assignments/{assignment}/stats")
def assignment_stats(call: Call) -> Reply:
    """What a canvass has reached."""
    found = own_assignment(call)
    houses = _houses(call, _areas(call, found))
    good = [v for v in found.visits if _successful(found, v)]
    return item_v2(
        {
            "num_locations": len(houses),
            "num_households": sum(h.households for h in houses),
            "num_visits": len(found.visits),
            "num_successful_visits": len(good),
            "num_locations_visited": len({v["location_id"] for v in found.visits}),
            "num_households_visited": sum(v["num_households_visited"] for v in found.visits),
            "num_households_successfully_visited": sum(v["num_households_visited"] for v in good),
            "metrics": _metric_figures(found),
        }
    )


@visits_v2.get("/orgs/{org}/areas/{area}/stats")
def area_stats(call: Call) -> Reply:
    """What canvassing has reached in an area."""
    area = call.own(call.state.areas, "area")
    houses = {h.id: h for h in _houses(call, [area])}
    canvasses = [a for a in call.state.area_assignments.values() if a.organization == call.org]
    visits = [(a, v) for a in canvasses for v in a.visits if v["location_id"] in houses]
    return item_v2(
        {
            "id": area.id,
            "area_id": area.id,
            "count_households": sum(h.households for h in houses.values()),
            "count_locations": len(houses),
            "count_unique_households_visited": sum(v["num_households_visited"] for _, v in visits),
            "count_unique_locations_visited": len({v["location_id"] for _, v in visits}),
            "sum_visits": len(visits),
            "sum_successful_visits": sum(_successful(a, v) for a, v in visits),
        }
    )
