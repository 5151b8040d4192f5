"""Lists ("views"): made, filled, given columns (API.md §4.5)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.columns import (
    cell,
    cell_value,
    column_row,
    make_column,
    patch_column,
)
from zetkin_sync.demo.simulator.endpoints.folders import checked
from zetkin_sync.demo.simulator.endpoints.queries import people_of, spec, spec_row
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, not_found, refusal
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.lists import Column, Query, View
from zetkin_sync.demo.world.state import State

routes = Routes()

_VIEW = {
    "title": bodies.filled,
    "description": bodies.optional(bodies.text),
    "folder_id": bodies.optional(bodies.whole),
    "owner_id": bodies.whole,
}


def view_row(state: State, view: View) -> Row:
    folder = state.folders.get(view.folder or 0)
    query = state.queries.get(view.content_query or 0)
    return {
        "id": view.id,
        "title": view.title,
        "description": view.description,
        "created": naive(view.created),
        "folder": folder and {"id": folder.id, "title": folder.title},
        "content_query": query and {"id": query.id, "filter_spec": query.filter_spec},
        "owner": quotes.named(state, view.owner),
        "organization": quotes.organization(state, view.organization),
    }


def row_people(call: Call, view: View) -> list[int]:
    """Who is on the list: the matches of its search, or those put in by hand who are still there."""
    query = call.state.queries.get(view.content_query or 0)
    if query is not None:
        return people_of(call, query.filter_spec)
    return [p for p in view.rows if call.state.connected(call.org, p)]


def own_view(call: Call) -> View:
    return call.own(call.state.views, "view")


# --- lists -----------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/people/views")
def views(call: Call) -> Reply:
    """The lists, of the whole tree below when `?recursive`."""
    found = [v for v in call.state.views.values() if v.organization in call.scope]
    return listed(call, found, lambda v: view_row(call.state, v))


@routes.post("/orgs/{org}/people/views")
def make_view(call: Call) -> Reply:
    """Make an empty list."""
    body = _stored(call, checked(call, _VIEW, required=("title",)))
    body.setdefault("owner", call.person_of_user())
    made = View(id=call.state.new_id("view"), organization=call.org, created=call.now, **body)
    call.state.views[made.id] = made
    return data(view_row(call.state, made), 201)


def _stored(call: Call, body: Row) -> Row:
    if "description" in body:
        body["description"] = body["description"] or ""
    if "folder_id" in body:
        body["folder"] = body.pop("folder_id")
        if body["folder"] is not None and body["folder"] not in call.state.folders:
            raise refusal(400, "Invalid data", f"No folder {body['folder']}")
    if "owner_id" in body:
        body["owner"] = call.member(body.pop("owner_id")).id
    return body


@routes.get("/orgs/{org}/people/views/{view}")
def view(call: Call) -> Reply:
    """One list."""
    return data(view_row(call.state, own_view(call)))


@routes.patch("/orgs/{org}/people/views/{view}")
def patch_view(call: Call) -> Reply:
    """Change a list's title, folder or owner."""
    found = own_view(call)
    for name, value in _stored(call, checked(call, _VIEW)).items():
        setattr(found, name, value)
    return data(view_row(call.state, found))


@routes.delete("/orgs/{org}/people/views/{view}")
def delete_view(call: Call) -> Reply:
    """Remove a list."""
    gone = own_view(call)
    call.state.queries.pop(gone.content_query or 0, None)
    del call.state.views[gone.id]
    return NOTHING


# --- what decides its content --------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/people/views/{view}/content_query")
def content_query(call: Call) -> Reply:
    """The list's smart search; 204 when it has none."""
    query = call.state.queries.get(own_view(call).content_query or 0)
    return NOTHING if query is None else data(spec_row(query))


@routes.patch("/orgs/{org}/people/views/{view}/content_query")
def patch_content_query(call: Call) -> Reply:
    """Give the list a smart search (201 the first time) or change it (200)."""
    found = own_view(call)
    wanted = bodies.take(call, {"filter_spec": spec}, required=("filter_spec",))["filter_spec"]
    query = call.state.queries.get(found.content_query or 0)
    if query is not None:
        query.filter_spec = wanted
        return data(spec_row(query))
    query = Query(
        id=call.state.new_id("query"), organization=call.org, type="view_content", filter_spec=wanted
    )
    call.state.queries[query.id] = query
    found.content_query = query.id
    return data(spec_row(query), 201)


@routes.delete("/orgs/{org}/people/views/{view}/content_query")
def delete_content_query(call: Call) -> Reply:
    """Take the smart search away."""
    found = own_view(call)
    if call.state.queries.pop(found.content_query or 0, None) is None:
        raise not_found()
    found.content_query = None
    return NOTHING


# --- rows ------------------------------------------------------------------------------------------------------------


def _row(call: Call, view: View, person: int) -> Row:
    return {"id": person, "content": [cell(call, view, column, person) for column in view.columns]}


def _row_person(call: Call, view: View) -> int:
    person = call.number("person")
    if person not in row_people(call, view):
        raise not_found()
    return person


@routes.get("/orgs/{org}/people/views/{view}/rows")
def rows(call: Call) -> Reply:
    """Everybody on the list, one value a column."""
    found = own_view(call)
    return listed(call, row_people(call, found), lambda p: _row(call, found, p))


@routes.get("/orgs/{org}/people/views/{view}/rows/{person}")
def row(call: Call) -> Reply:
    """One row."""
    found = own_view(call)
    return data(_row(call, found, _row_person(call, found)))


@routes.put("/orgs/{org}/people/views/{view}/rows/{person}")
def put_row(call: Call) -> Reply:
    """Put a person on the list; again is the same."""
    found, person = own_view(call), call.person.id
    found.rows[person] = None
    return data(_row(call, found, person), 201)


@routes.delete("/orgs/{org}/people/views/{view}/rows/{person}")
def delete_row(call: Call) -> Reply:
    """Take a person off the list."""
    found, person = own_view(call), call.number("person")
    if person not in found.rows:
        raise not_found()
    del found.rows[person]
    return NOTHING


# --- columns -----------------------------------------------------------------------------------------------------------


def _column(call: Call, view: View) -> Column:
    for column in view.columns:
        if column.id == call.number("column"):
            return column
    raise not_found()


@routes.get("/orgs/{org}/people/views/{view}/columns")
def columns(call: Call) -> Reply:
    """The list's columns, in order."""
    return data([column_row(c) for c in own_view(call).columns])


@routes.post("/orgs/{org}/people/views/{view}/columns")
def post_column(call: Call) -> Reply:
    """Add a column."""
    found = own_view(call)
    made = make_column(call)
    found.columns.append(made)
    return data(column_row(made), 201)


@routes.get("/orgs/{org}/people/views/{view}/columns/{column}")
def column(call: Call) -> Reply:
    """One column."""
    return data(column_row(_column(call, own_view(call))))


@routes.patch("/orgs/{org}/people/views/{view}/columns/{column}")
def change_column(call: Call) -> Reply:
    """Change a column."""
    found = _column(call, own_view(call))
    patch_column(call, found)
    return data(column_row(found))


@routes.delete("/orgs/{org}/people/views/{view}/columns/{column}")
def delete_column(call: Call) -> Reply:
    """Remove a column."""
    found = own_view(call)
    found.columns.remove(_column(call, found))
    return NOTHING


@routes.get("/orgs/{org}/people/views/{view}/column_order")
def column_order(call: Call) -> Reply:
    """The order of the columns."""
    return data({"order": [c.id for c in own_view(call).columns]})


@routes.patch("/orgs/{org}/people/views/{view}/column_order")
def patch_column_order(call: Call) -> Reply:
    """Change the order; all columns must be named."""
    found = own_view(call)
    order = bodies.take(call, {"order": bodies.ids}, required=("order",))["order"]
    by_id = {c.id: c for c in found.columns}
    if sorted(order) != sorted(by_id):
        raise refusal(400, "Malformed data", "Every column must be named once.")
    found.columns = [by_id[number] for number in order]
    return data({"order": order})


@routes.get("/orgs/{org}/people/views/{view}/rows/{person}/cells/{column}")
def get_cell(call: Call) -> Reply:
    """One cell."""
    found = own_view(call)
    return data({"value": cell(call, found, _column(call, found), _row_person(call, found))})


@routes.put("/orgs/{org}/people/views/{view}/rows/{person}/cells/{column}")
def put_cell(call: Call) -> Reply:
    """Write a local column's cell."""
    found = own_view(call)
    place, person = _column(call, found), _row_person(call, found)
    place.cells[person] = cell_value(call, place)
    return data({"value": cell(call, found, place, person)})


@routes.delete("/orgs/{org}/people/views/{view}/rows/{person}/cells/{column}")
def delete_cell(call: Call) -> Reply:
    """Clear a local column's cell."""
    found = own_view(call)
    _column(call, found).cells.pop(_row_person(call, found), None)
    return NOTHING
