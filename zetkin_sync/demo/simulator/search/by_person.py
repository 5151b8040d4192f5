"""Filters on what a person is: fields, tags, lists, roles, where they live, chance (API.md §5.3)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time
from typing import Any

from zetkin_sync.demo.simulator.geometry import contains
from zetkin_sync.demo.simulator.search.filters import (
    BadSpec,
    Config,
    Filter,
    Search,
    choose,
    in_or_not,
    need,
)
from zetkin_sync.demo.simulator.times import read_day

_DATA = (
    "alt_phone",
    "city",
    "co_address",
    "email",
    "first_name",
    "gender",
    "last_name",
    "phone",
    "street_address",
    "zip_code",
)


def _all(search: Search, config: Config, pool: set[int]) -> set[int]:
    return pool


def _person_data(search: Search, config: Config, pool: set[int]) -> set[int]:
    """The fields begin as asked, whatever the case; a null is an empty field."""
    need(config, "fields")
    fields = config["fields"]
    if not isinstance(fields, dict) or not fields.keys() <= set(_DATA):
        raise BadSpec(f"fields: {fields!r}")

    def like(value: Any, wanted: Any) -> bool:
        if wanted is None:
            return not value
        return str(wanted).casefold() in str(value or "").casefold()

    return {
        p.id
        for p in search.people(pool)
        if all(like(getattr(p, name), wanted) for name, wanted in fields.items())
    }


def _person_field(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "field")
    slug, inside = config["field"], search.between(config)
    dated = bool(config.get("after") or config.get("before"))
    wanted = str(config.get("search") or "").casefold()

    def matches(value: Any) -> bool:
        if value is None:
            return False
        if not dated:
            return wanted in str(value).casefold()
        try:
            return inside(datetime.combine(read_day(str(value)), time(), UTC))
        except ValueError:
            return False

    return {p.id for p in search.people(pool) if matches(p.fields.get(slug))}


def _person_tags(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "condition", "tags")
    if not config["tags"]:
        raise BadSpec("tags must not be empty")
    sets = [search.state.tags[t].people.keys() & pool for t in config["tags"] if t in search.state.tags]
    found = len(config["tags"])
    match choose(config, "condition", "all", "any", "none", "some"):
        case "all":
            return set.intersection(*map(set, sets)) if len(sets) == found else set()
        case "any":
            return set().union(*sets)
        case "none":
            return pool - set().union(*sets)
        case _:
            least = int(config.get("min_matching", 1))
            return {p for p in set().union(*sets) if sum(p in s for s in sets) >= least}


def _person_view(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "view")
    view = search.state.views.get(config["view"])
    if view is None:
        raise BadSpec(f"no view {config['view']}")
    query = search.state.queries.get(view.content_query or 0)
    if query is None:
        found = set(view.rows)
    else:
        from zetkin_sync.demo.simulator.search.evaluation import evaluate  # noqa: PLC0415 - they need each other

        if query.id in search.inside:
            raise BadSpec(f"view {view.id} is inside itself")
        found = evaluate(search.state, view.organization, query.filter_spec, now=search.now)[0]
    return in_or_not(found, pool, choose(config, "operator", "in", "notin"))


def _official(search: Search, config: Config, pool: set[int]) -> set[int]:
    role = choose(config, "role", "organizer", "admin", "any", default="any")
    found: set[int] = set()
    for organization in search.organizations(config):
        roles = search.state.organizations[organization].officials
        found |= {p for p, r in roles.items() if role in ("any", r)}
    return found & pool


def _user(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "is_user")
    return {p.id for p in search.people(pool) if (p.user is not None) == config["is_user"]}


def _area(search: Search, config: Config, pool: set[int]) -> set[int]:
    """Whose position, a lnglat field, lies in the area; the opposite is `out`."""
    need(config, "area", "field", "operator")
    area = search.state.areas.get(config["area"])
    if area is None:
        raise BadSpec(f"no area {config['area']}")
    slug = config["field"]
    found = {
        p.id
        for p in search.people(pool)
        if (at := p.fields.get(slug)) and contains(area.boundary, at["lng"], at["lat"])
    }
    return in_or_not(found, pool, choose(config, "operator", "in", "out"))


def _random(search: Search, config: Config, pool: set[int]) -> set[int]:
    """A number of people, or a share below one, the same for the same seed."""
    need(config, "size", "seed")
    size = float(config["size"])
    count = round(size * len(pool)) if 0 < size < 1 else int(size)

    def lot(person: int) -> bytes:
        return hashlib.blake2b(f"{config['seed']}:{person}".encode(), digest_size=8).digest()

    return set(sorted(pool, key=lot)[:count])


FILTERS: dict[str, Filter] = {
    "all": _all,
    "person_data": _person_data,
    "person_field": _person_field,
    "person_tags": _person_tags,
    "person_view": _person_view,
    "official": _official,
    "user": _user,
    "area": _area,
    "random": _random,
}
