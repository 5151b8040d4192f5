"""The columns of a list and what stands in their cells (API.md §4.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zetkin_sync.demo.simulator import bodies
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints import answer_columns
from zetkin_sync.demo.simulator.endpoints.people import native_row
from zetkin_sync.demo.simulator.endpoints.queries import people_of, spec
from zetkin_sync.demo.simulator.endpoints.tags import applied_row
from zetkin_sync.demo.simulator.replies import Row, invalid, refusal
from zetkin_sync.demo.world.lists import Column, View
from zetkin_sync.demo.world.people import NATIVE

Cell = Callable[[Call, Column, int], Any]


def column_row(column: Column) -> Row:
    return {
        "id": column.id,
        "type": column.type,
        "title": column.title,
        "description": column.description,
        "config": column.config,
    }


def make_column(call: Call) -> Column:
    """A new column from the request's body."""
    body = bodies.take(
        call,
        {
            "type": bodies.text,
            "title": bodies.text,
            "config": bodies.mapping,
            "description": bodies.optional(bodies.text),
        },
        required=("type", "title"),
    )
    if body["type"] not in _CELLS:
        raise refusal(400, "Invalid data", f"Unknown column type {body['type']!r}.")
    config = _config(body["type"], body.get("config", {}))
    return Column(
        id=call.state.new_id("column"),
        type=body["type"],
        title=body["title"],
        description=body.get("description") or "",
        config=config,
    )


def patch_column(call: Call, column: Column) -> None:
    """Change a column's words or settings."""
    body = bodies.take(
        call,
        {"title": bodies.text, "config": bodies.mapping, "description": bodies.optional(bodies.text)},
    )
    if "config" in body:
        column.config = _config(column.type, body["config"])
    column.title = body.get("title", column.title)
    column.description = body.get("description", column.description) or ""


def _config(kind: str, config: Row) -> Row:
    """The settings with the keys that the type needs."""
    checks, required = _CONFIG[kind]
    return bodies.read(config, checks, required=required)


def cell(call: Call, view: View, column: Column, person: int) -> Any:
    """What stands in a cell."""
    return _CELLS[column.type](call, column, person)


def cell_value(call: Call, column: Column) -> Any:
    """The value a request writes into a local column; 400 when it is not of the column's type."""
    value = bodies.take(call, {"value": bodies.anything}, required=("value",))["value"]
    match column.type:
        case "local_bool":
            return bodies.optional(bodies.flag)("value", value)
        case "local_text":
            return bodies.optional(bodies.text)("value", value)
        case "local_person":
            return None if value is None else call.member(bodies.whole("value", value)).id
    raise invalid("value", f"A {column.type} column cannot be written.")


def _person_field(call: Call, column: Column, person: int) -> Any:
    found, slug = call.state.people[person], column.config["field"]
    return getattr(found, slug) if slug in NATIVE else found.fields.get(slug)


def _person_tag(call: Call, column: Column, person: int) -> Any:
    tag = call.state.tags.get(column.config["tag_id"])
    return None if tag is None or person not in tag.people else applied_row(call.state, tag, person)


def _local(call: Call, column: Column, person: int) -> Any:
    return column.cells.get(person)


def _local_person(call: Call, column: Column, person: int) -> Any:
    found = call.state.people.get(column.cells.get(person, 0))
    return None if found is None else native_row(found)


def _local_query(call: Call, column: Column, person: int) -> Any:
    return person in people_of(call, column.config["filter_spec"])


def _person_query(call: Call, column: Column, person: int) -> Any:
    query = call.state.queries.get(column.config["query_id"])
    return query is not None and person in people_of(call, query.filter_spec)


_CELLS: dict[str, Cell] = {
    "person_field": _person_field,
    "person_tag": _person_tag,
    "person_query": _person_query,
    "local_bool": _local,
    "local_text": _local,
    "local_person": _local_person,
    "local_query": _local_query,
    **answer_columns.CELLS,
}
_CONFIG: dict[str, tuple[dict[str, bodies.Check], tuple[str, ...]]] = {
    "person_field": ({"field": bodies.text, "enum_choices": bodies.sequence}, ("field",)),
    "person_tag": ({"tag_id": bodies.whole}, ("tag_id",)),
    "person_query": ({"query_id": bodies.whole}, ("query_id",)),
    "local_bool": ({}, ()),
    "local_text": ({}, ()),
    "local_person": ({}, ()),
    "local_query": ({"filter_spec": spec}, ("filter_spec",)),
    **answer_columns.CONFIG,
}
