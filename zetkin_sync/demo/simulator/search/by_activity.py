"""Filters on what a person has done: bookings, sign-ups, how active (API.md §5.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC

from zetkin_sync.demo.simulator.search.filters import (
    BadSpec,
    Config,
    Filter,
    Search,
    choose,
    in_or_not,
    need,
)
from zetkin_sync.demo.world.events import Event

_STATUSES = ("attended", "cancelled", "noshow")


def _people(event: Event, config: Config) -> Iterable[int]:
    """Who is booked or signed up, with the status that is asked for."""
    if choose(config, "state", "booked", "signed_up", default="booked") == "signed_up":
        return event.responses
    status = config.get("status")
    if status is None:
        return [p for p, b in event.participants.items() if b.cancelled is None]
    choose(config, "status", *_STATUSES)
    return [p for p, b in event.participants.items() if getattr(b, status) is not None]


def _events(search: Search, config: Config) -> list[Event]:
    """The events meant; their times are compared as they are labelled (API.md §6.2)."""
    inside = search.between(config)
    dated = bool(config.get("after") or config.get("before"))
    wanted = {name: config[name] for name in ("campaign", "activity", "location") if config.get(name)}
    return [
        event
        for event in search.state.events.values()
        if all(getattr(event, name) == value for name, value in wanted.items())
        and (not dated or inside(event.starts.replace(tzinfo=UTC)))
    ]


def _campaign_participation(search: Search, config: Config, pool: set[int]) -> set[int]:
    found = {p for event in _events(search, config) for p in _people(event, config)}
    return in_or_not(found, pool, choose(config, "operator", "in", "notin"))


def _action_participation(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "action", "state")
    event = search.state.events.get(config["action"])
    if event is None:
        raise BadSpec(f"no event {config['action']}")
    return in_or_not(set(_people(event, config)), pool, config.get("operator", "in"))


def _most_active(search: Search, config: Config, pool: set[int]) -> set[int]:
    need(config, "size")
    times = Counter(p for event in _events(search, config) for p in _people(event, {}) if p in pool)
    ranked = sorted(times, key=lambda p: (-times[p], p))
    return set(ranked[: int(config["size"])])


FILTERS: dict[str, Filter] = {
    "campaign_participation": _campaign_participation,
    "action_participation": _action_participation,
    "most_active": _most_active,
}
