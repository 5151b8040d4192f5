"""Smart searches: kept, counted and matched (API.md §4.6, §5)."""

from __future__ import annotations

from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.people import native_row
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Refused, Reply, Row, data, encode, not_found, refusal
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.search import BadSpec, check_spec, evaluate
from zetkin_sync.demo.world.lists import Query, Spec
from zetkin_sync.demo.world.state import State

routes = Routes()

_QUERY = {
    "title": bodies.text,
    "info_text": bodies.text,
    "org_access": bodies.one_of("sameorg", "suborgs"),
}


def spec(name: str, value: Any) -> Spec:
    """A filter list as it is stored. 400 "Invalid filter format" when it is malformed."""
    try:
        return check_spec(value)
    except BadSpec as problem:
        raise refusal(400, "Invalid filter format", str(problem)) from None


def spec_row(query: Query) -> Row:
    """What endpoints of embedded searches show."""
    return {"filter_spec": query.filter_spec}


def target_row(query: Query | None) -> Row | None:
    """An embedded search as its owner shows it."""
    return None if query is None else {"id": query.id, "filter_spec": query.filter_spec}


def query_row(state: State, query: Query) -> Row:
    return {
        "id": query.id,
        "type": query.type,
        "title": query.title,
        "info_text": query.info_text,
        "org_access": query.org_access,
        "organization": quotes.organization(state, query.organization),
        "filter_spec": query.filter_spec,
    }


def people_of(call: Call, filters: Spec) -> list[int]:
    """The ids of the people a search finds, ascending; an empty search finds nobody."""
    key = encode(filters)
    if key not in call.found:
        try:
            call.found[key] = sorted(evaluate(call.state, call.org, filters, now=call.now)[0])
        except BadSpec as problem:
            raise refusal(400, "Invalid filter list", str(problem)) from None
    return call.found[key]


def new_query(state: State, organization: int, kind: str, filters: Spec) -> Query:
    """A search that belongs to something else."""
    made = Query(id=state.new_id("query"), organization=organization, type=kind, filter_spec=filters)
    state.queries[made.id] = made
    return made


def _query(call: Call) -> Query:
    return call.own(call.state.queries, "query")


@routes.get("/orgs/{org}/people/queries")
def queries(call: Call) -> Reply:
    """The standalone searches."""
    scope = call.scope
    found = [q for q in call.state.queries.values() if q.organization in scope and q.type == "standalone"]
    return listed(call, found, lambda q: query_row(call.state, q))


@routes.post("/orgs/{org}/people/queries")
def make_query(call: Call) -> Reply:
    """Keep a search."""
    body = bodies.take(call, {**_QUERY, "filter_spec": spec}, required=("title", "filter_spec"))
    made = Query(id=call.state.new_id("query"), organization=call.org, **body)
    call.state.queries[made.id] = made
    return data(query_row(call.state, made), 201)


@routes.get("/orgs/{org}/people/queries/{query}")
def query(call: Call) -> Reply:
    """One search, also one that belongs to an email or a task."""
    return data(query_row(call.state, _query(call)))


@routes.patch("/orgs/{org}/people/queries/{query}")
def patch_query(call: Call) -> Reply:
    """Change a search; this is how emails, tasks and call assignments are aimed."""
    found = _query(call)
    for name, value in bodies.take(call, {**_QUERY, "filter_spec": spec}).items():
        setattr(found, name, value)
    return data(query_row(call.state, found))


@routes.delete("/orgs/{org}/people/queries/{query}")
def delete_query(call: Call) -> Reply:
    """Forget a search."""
    del call.state.queries[_query(call).id]
    return NOTHING


# --- what it finds -----------------------------------------------------------------------------------------------


def _given(call: Call) -> Spec:
    """The filters in the request, else those of the query in the path."""
    body = call.object()
    if "filter_spec" in body:
        try:
            return spec("filter_spec", body["filter_spec"])
        except Refused as problem:
            raise refusal(400, "Invalid filter list", problem.reply.body.decode()) from None
    if call.path["query"] == "ephemeral":
        raise refusal(400, "Invalid filter list", "filter_spec is missing.")
    return _query(call).filter_spec


def _view_people(call: Call) -> set[int] | None:
    """The people of the list that `view_id` names, when it is asked for."""
    asked = dict(call.query).get("view_id")
    if asked is None:
        return None
    view = call.state.views.get(int(asked)) if asked.isdecimal() else None
    if view is None:
        raise not_found()
    return set(view.rows)


def _matches(call: Call, filters: Spec) -> Reply:
    found, only = people_of(call, filters), _view_people(call)
    if only is not None:
        found = [p for p in found if p in only]
    return listed(call, found, lambda p: native_row(call.state.people[p]))


@routes.get("/orgs/{org}/people/queries/{query}/matches")
def matches(call: Call) -> Reply:
    """The people a kept search finds."""
    return _matches(call, _query(call).filter_spec)


@routes.post("/orgs/{org}/people/queries/{query}/matches")
def matches_of(call: Call) -> Reply:
    """The people that filters find; the query may be `ephemeral`."""
    return _matches(call, _given(call))


@routes.get("/orgs/{org}/people/queries/{query}/matches/{person}")
def match(call: Call) -> Reply:
    """One person a search finds; 404 when it does not find them."""
    person = call.number("person")
    if person not in people_of(call, _query(call).filter_spec):
        raise not_found()
    return data(native_row(call.state.people[person]))


def _stats(call: Call, filters: Spec) -> Reply:
    try:
        return data(evaluate(call.state, call.org, filters, now=call.now)[1])
    except BadSpec as problem:
        raise refusal(400, "Invalid filter list", str(problem)) from None


@routes.get("/orgs/{org}/people/queries/{query}/stats")
def stats(call: Call) -> Reply:
    """How a kept search comes to its result, filter by filter."""
    return _stats(call, _query(call).filter_spec)


@routes.post("/orgs/{org}/people/queries/{query}/stats")
def stats_of(call: Call) -> Reply:
    """The same for filters in the request; the query may be `ephemeral`."""
    return _stats(call, _given(call))
