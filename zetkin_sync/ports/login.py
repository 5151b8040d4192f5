"""Logging in at Zetkin, for the page: who it is, and which roles they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class LoggedIn(NamedTuple):
    """Somebody who logged in at Zetkin: their user id, what they are called, their role in each organization,
    how strongly they logged in (2: a second factor), and the token to speak with in their name."""

    user: int
    name: str
    roles: Mapping[int, str]
    level: int
    token: str


class Login(Protocol):
    """Login at Zetkin in the browser (OAuth's code flow). A token is text that only this port reads."""

    def address(self, *, back: str, state: str) -> str:
        """Where the browser goes to log in, with a second factor; it comes back to `back`."""
        ...

    def finish(self, *, code: str, back: str) -> LoggedIn:
        """Who came back with a code. Raises NeedsHuman when Zetkin does not know the code, Temporary when it is down."""
        ...

    def again(self, token: str) -> LoggedIn:
        """The same person's roles now. Raises NeedsHuman when the login is over, Temporary when Zetkin is down."""
        ...

    def names(self, token: str, *, organization: int, people: Sequence[int]) -> Mapping[int, str]:
        """What people are called, seen with the rights of whoever logged in; who is not seen is left out."""
        ...

    def log_out(self, token: str) -> None:
        """Make the token worthless, as far as Zetkin can be reached."""
        ...
