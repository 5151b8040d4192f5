"""A list of filters, applied from left to right to a running set (API.md §5.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zetkin_sync.demo.simulator.search import by_activity, by_contact, by_person
from zetkin_sync.demo.simulator.search.filters import BadSpec, Config, Filter, Search, in_or_not, need
from zetkin_sync.demo.world.lists import Spec
from zetkin_sync.demo.world.state import State


def _sub_query(search: Search, config: Config, pool: set[int]) -> set[int]:
    """Those another search finds; a search inside itself is an error."""
    need(config, "query_id")
    query = search.state.queries.get(config["query_id"])
    if query is None:
        raise BadSpec(f"no query {config['query_id']}")
    if query.id in search.inside:
        raise BadSpec(f"query {query.id} is inside itself")
    inner = Search(search.state, search.organization, search.now, (*search.inside, query.id))
    return in_or_not(_run(inner, query.filter_spec)[0], pool, config.get("operator", "in"))


FILTERS: dict[str, Filter] = {
    **by_person.FILTERS,
    **by_activity.FILTERS,
    **by_contact.FILTERS,
    "sub_query": _sub_query,
}


def check_spec(value: Any) -> Spec:
    """A filter list that can be kept. Raises BadSpec."""
    if not isinstance(value, list):
        raise BadSpec("filter_spec must be a list")
    for entry in value:
        if not isinstance(entry, dict) or entry.get("type") not in FILTERS:
            raise BadSpec(f"unknown filter: {entry!r}")
        if entry.get("op", "add") not in ("add", "sub", "limit"):
            raise BadSpec(f"unknown op: {entry['op']!r}")
        if not isinstance(entry.get("config") or {}, dict):
            raise BadSpec(f"config of {entry['type']} must be an object")
    return value


def evaluate(
    state: State, organization: int, filters: Spec, *, now: datetime
) -> tuple[set[int], list[dict[str, Any]]]:
    """The people found, and one row of figures per filter: `{filter, matches, change, result}`.

    An empty list finds nobody. Raises BadSpec.
    """
    return _run(Search(state, organization, now), filters)


def _run(search: Search, filters: Spec) -> tuple[set[int], list[dict[str, Any]]]:
    found: set[int] = set()
    figures: list[dict[str, Any]] = []
    for entry in filters:
        kind, op, config = entry["type"], entry.get("op", "add"), entry.get("config") or {}
        hits = _hits(search, kind, config)
        before = len(found)
        match op:
            case "sub":
                found = found - hits
            case "limit":
                found = found & hits
            case _:
                found = found | hits
        shown = {"op": op, "type": kind, "config": {**config, **_expanded(search, config)}}
        figures.append(
            {"filter": shown, "matches": len(hits), "change": len(found) - before, "result": len(found)}
        )
    return found, figures


def _hits(search: Search, kind: str, config: Config) -> set[int]:
    """What one filter finds; settings of the wrong kind (a number for a list) are a malformed filter."""
    try:
        return FILTERS[kind](search, config, search.pool(config))
    except (TypeError, AttributeError, ValueError, OverflowError) as problem:
        raise BadSpec(f"{kind}: {problem}") from problem


def _expanded(search: Search, config: Config) -> Config:
    """The organizations the server works out for itself and shows in its figures (API.md §4.6)."""
    return {
        "organizations": search.organizations(config),
        "ancestorOrganizations": search.state.ancestors(search.organization),
    }
