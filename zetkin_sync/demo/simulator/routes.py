"""Which function answers which path, found segment by segment; a trailing slash makes no difference."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.replies import Reply

Handler = Callable[[Call], Reply]


class Access(IntEnum):
    """Who may call: anybody, a signed-in user, a member, an organizer, an admin (API.md §1.5–1.7)."""

    PUBLIC = 0
    USER = 1
    MEMBER = 2
    ORGANIZER = 3
    ADMIN = 4


class Route(NamedTuple):
    """A function and who may call it."""

    answer: Handler
    access: Access


class _Node:
    __slots__ = ("fixed", "name", "routes", "variable")

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.name = ""
        self.routes: dict[str, Route] = {}


class Routes:
    """A table of routes; modules add theirs with `@routes.get("/orgs/{org}/people")`."""

    def __init__(self) -> None:
        self._root = _Node()
        self.known: list[tuple[str, str, Route]] = []

    @classmethod
    def joined(cls, *tables: Routes) -> Routes:
        """All routes of several tables in one."""
        joined = cls()
        for table in tables:
            for method, path, route in table.known:
                joined.add(method, path, route.access)(route.answer)
        return joined

    def add(self, method: str, path: str, access: Access = Access.ORGANIZER) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            node = self._root
            for part in path.strip("/").split("/"):
                if part.startswith("{"):
                    node.variable = node.variable or _Node()
                    node = node.variable
                    assert node.name in ("", part[1:-1]), (
                        f"{path}: this segment is called {node.name} elsewhere"
                    )
                    node.name = part[1:-1]
                else:
                    node = node.fixed.setdefault(part, _Node())
            node.routes[method] = Route(handler, access)
            self.known.append((method, path, node.routes[method]))
            return handler

        return register

    def get(self, path: str, access: Access = Access.ORGANIZER) -> Callable[[Handler], Handler]:
        return self.add("GET", path, access)

    def post(self, path: str, access: Access = Access.ORGANIZER) -> Callable[[Handler], Handler]:
        return self.add("POST", path, access)

    def put(self, path: str, access: Access = Access.ORGANIZER) -> Callable[[Handler], Handler]:
        return self.add("PUT", path, access)

    def patch(self, path: str, access: Access = Access.ORGANIZER) -> Callable[[Handler], Handler]:
        return self.add("PATCH", path, access)

    def delete(self, path: str, access: Access = Access.ORGANIZER) -> Callable[[Handler], Handler]:
        return self.add("DELETE", path, access)

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str]] | None:
        """The route and its path values; None when the path is unknown, no route when only the method is."""
        node = self._root
        values: dict[str, str] = {}
        for part in path.strip("/").split("/"):
            if (fixed := node.fixed.get(part)) is not None:
                node = fixed
            elif node.variable is not None:
                node = node.variable
                values[node.name] = part
            else:
                return None
        if not node.routes:
            return None
        return node.routes.get(method), values
