"""What a smart-search filter is given, and the small rules that filters share (API.md §5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from zetkin_sync.demo.world.people import Person
from zetkin_sync.demo.world.state import State

Config = dict[str, Any]

_OFFSET = re.compile(r"([+-])(\d+)d\Z")


class BadSpec(ValueError):  # noqa: N818 - what it is, not that it is
    """The filters are malformed; the message says where."""


class Search:
    """One evaluation: the state, the organization that asks, the time, and the searches it is inside of."""

    def __init__(self, state: State, organization: int, now: datetime, inside: tuple[int, ...] = ()) -> None:
        self.state = state
        self.organization = organization
        self.now = now
        self.inside = inside

    def organizations(self, config: Config) -> list[int]:
        """Whose people are meant: this organization, all below too, only those below, or the ones named."""
        match config.get("organizations"):
            case None:
                return [self.organization]
            case "all":
                return [self.organization, *self.state.descendants(self.organization)]
            case "suborgs":
                return self.state.descendants(self.organization)
            case list() as named:
                return [o for o in named if o in self.state.organizations]
            case other:
                raise BadSpec(f"organizations: {other!r}")

    def pool(self, config: Config) -> set[int]:
        """The people a filter chooses from."""
        return set().union(*(self.state.members(o) for o in self.organizations(config)))

    def people(self, pool: Iterable[int]) -> Iterable[Person]:
        return (self.state.people[p] for p in pool)

    def moment(self, text: str) -> datetime:
        """`YYYY-MM-DD`, `now` or `-30d` as an instant."""
        if text == "now":
            return self.now
        if match := _OFFSET.match(text):
            days = timedelta(days=int(match[2]))
            return self.now + days if match[1] == "+" else self.now - days
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise BadSpec(f"not a date: {text!r}") from None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found

    def between(self, config: Config) -> Callable[[datetime | None], bool]:
        """Is an instant from `after` on and before `before`? Without either, any instant is."""
        after = self.moment(config["after"]) if config.get("after") else None
        before = self.moment(config["before"]) if config.get("before") else None

        def inside(instant: datetime | None) -> bool:
            if instant is None:
                return False
            return (after is None or instant >= after) and (before is None or instant < before)

        return inside


Filter = Callable[[Search, Config, set[int]], set[int]]
"""Gives those of the pool that match."""


def need(config: Config, *names: str) -> None:
    """Refuse a filter that lacks a key."""
    for name in names:
        if name not in config:
            raise BadSpec(f"missing key: {name!r}")


def choose(config: Config, name: str, *allowed: str, default: str | None = None) -> str:
    """The value of a key that has few; refuses others."""
    value = config.get(name, default)
    if value not in allowed:
        raise BadSpec(f"{name}: {value!r}, not one of {', '.join(allowed)}")
    return str(value)


def in_or_not(found: set[int], pool: set[int], operator: str) -> set[int]:
    """Those found, or with `notin` and the like the others."""
    return pool - found if operator in ("notin", "out") else found & pool
