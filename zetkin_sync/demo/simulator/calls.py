"""One request as a handler sees it: who asks, about what, with which words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from zetkin_sync.demo.simulator.replies import Row, forbidden, not_found, refusal
from zetkin_sync.demo.world.organizations import Organization, Token, User
from zetkin_sync.demo.world.people import Person
from zetkin_sync.demo.world.state import State

T = TypeVar("T")


class Distortion(NamedTuple):
    """How a list is shown wrongly, and which request that is."""

    kind: str
    number: int


class Call:
    """One request, its sender known and its organization found."""

    __slots__ = ("body", "distortion", "found", "headers", "now", "path", "query", "state", "token")

    def __init__(
        self,
        state: State,
        *,
        now: datetime,
        path: dict[str, str],
        query: list[tuple[str, str]],
        headers: dict[bytes, bytes],
        body: bytes,
        token: Token | None,
        distortion: Distortion | None = None,
    ) -> None:
        self.state = state
        self.now = now
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.token = token
        self.distortion = distortion
        self.found: dict[bytes, list[int]] = {}  # what searches found, so that a column asks once

    # --- who -------------------------------------------------------------------------------------------

    @property
    def user(self) -> User | None:
        return None if self.token is None else self.state.users.get(self.token.user)

    @property
    def signed_in(self) -> User:
        """The user; routes that anybody may call must not ask."""
        user = self.user
        assert user is not None
        return user

    def person_of_user(self) -> int:
        """The asking user's person id in this tree; 403 when there is none."""
        person = self.signed_in.people.get(self.state.root_of(self.organization.id))
        if person is None:
            raise forbidden("User not connected to organization")
        return person

    # --- about what ------------------------------------------------------------------------------------

    def number(self, name: str) -> int:
        """A number in the path; what is not a number is not found."""
        text = self.path[name]
        if not text.isdecimal():
            raise not_found()
        return int(text)

    @property
    def organization(self) -> Organization:
        found = self.state.organizations.get(self.number("org"))
        if found is None:
            raise not_found()
        return found

    @property
    def org(self) -> int:
        return self.organization.id

    @property
    def person(self) -> Person:
        """The person named in the path, when the organization sees them."""
        return self.member(self.number("person"))

    def member(self, person: int) -> Person:
        """A person the organization sees; 404 otherwise."""
        found = self.state.people.get(person)
        if found is None or not self.state.connected(self.org, person):
            raise not_found()
        return found

    def own(self, table: dict[int, T], name: str) -> T:
        """The record named in the path, when it is this organization's own; 404 otherwise."""
        found = table.get(self.number(name))
        if found is None or found.organization != self.org:  # type: ignore[attr-defined]
            raise not_found()
        return found

    def usable(self, table: dict[int, T], number: int) -> T:
        """A record of this organization or of one above it, which may be used below; 404 otherwise."""
        found = table.get(number)
        if found is None or found.organization not in (self.org, *self.state.ancestors(self.org)):  # type: ignore[attr-defined]
            raise not_found()
        return found

    # --- with which words --------------------------------------------------------------------------------

    def has(self, key: str) -> bool:
        """Is a bare key such as `?recursive` there?"""
        return any(name == key for name, _ in self.query)

    @property
    def scope(self) -> set[int]:
        """The organizations a collection is read from."""
        return self.state.scope(self.org, recursive=self.has("recursive"))

    def json(self) -> Any:
        """The body; no body is None. 400 when it is not JSON."""
        if not self.body.strip():
            return None
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise refusal(400, "Malformed data", str(problem)) from None

    def object(self) -> Row:
        """The body as a JSON object; no body is an empty one. 400 when it is something else."""
        value = self.json()
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise refusal(400, "Incorrectly formatted data", "The body must be an object.")
        return value
