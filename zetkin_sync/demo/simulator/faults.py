"""The switchboard of faults: which requests go wrong, how often, and in which way.

A rule names requests (method and path pattern) and what happens to them; the same seed gives the same faults.
What a fault does to the wire stands in `wire.py`, what it does to a list in `listing.py`.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct


class Kind(StrEnum):
    """What goes wrong."""

    STATUS = "status"  # an answer with `status`, and `retry_after` where given
    DISCONNECT = "disconnect"  # the connection breaks before a single byte of the answer
    HEADERS = "headers"  # the connection breaks in the middle of the answer's headers
    STALL = "stall"  # nothing for `seconds`, then the answer; takes effect before the pause or after it
    SLOW = "slow"  # the answer dribbles over `seconds`
    CUT = "cut"  # the connection breaks in the middle of the body
    TRUNCATED = "truncated"  # half of the JSON, sent as if it were whole
    BAD_UTF8 = "bad_utf8"  # bytes that are no text
    HTML = "html"  # a page with status 200
    ERROR_200 = "error_200"  # `{"error": …}` with status 200
    HUGE = "huge"  # `bytes` of white space before the answer
    REDIRECT = "redirect"  # 307 to `location`
    EXPIRE_TOKEN = "expire_token"  # noqa: S105 - the sender's token expires now
    REVOKE_TOKEN = "revoke_token"  # noqa: S105 - the sender's token is revoked now
    EMPTY_PAGE = "empty_page"  # a list with nothing in it
    DUPLICATED_PAGE = "duplicated_page"  # the page before this one, again
    REPEATED_PAGE = "repeated_page"  # the last page for ever
    REORDERED = "reordered"  # another order for each request
    CHURN = "churn"  # after the answer `join` people join and `leave` leave
    LATE = "late"  # no answer; the effect comes `seconds` of simulated time later


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule. `method` and `path` are patterns with `*`; the path begins with `/v1` or `/v2`.

    `chance` is per matching request; `count` ends the rule after so many; `skip` leaves the first ones alone.
    `after_commit` lets the request take effect first. `status` of a late request is what is answered at once;
    None lets the client wait until it gives up.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    chance: float = 1.0
    count: int | None = None
    skip: int = 0
    seed: int = 1
    after_commit: bool = False
    status: int | None = None
    retry_after: str | None = None
    seconds: float = 1.0
    location: str = "http://other.example.org/"
    bytes: int = 100_000_000
    join: int = 0
    leave: int = 0

    def matches(self, method: str, path: str) -> bool:
        return fnmatchcase(method, self.method) and fnmatchcase(path, self.path)


class FaultFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules, TOML: `[[fault]]` tables."""

    fault: tuple[Fault, ...] = ()


class _Rule:
    """A rule with what it has done so far."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.dice = Random(fault.seed)  # noqa: S311 - simulation
        self.seen = self.hits = 0

    def fires(self, method: str, path: str) -> bool:
        fault = self.fault
        if not fault.matches(method, path) or (fault.count is not None and self.hits >= fault.count):
            return False
        self.seen += 1
        if self.seen <= fault.skip or self.dice.random() >= fault.chance:
            return False
        self.hits += 1
        return True


class Switchboard:
    """The rules in force; the first that fires decides."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self.set(faults)

    def set(self, faults: tuple[Fault, ...]) -> None:
        """Put these rules in force, in place of all others."""
        self._rules = [_Rule(fault) for fault in faults]

    def pick(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this request; None when nothing does."""
        for rule in self._rules:
            if rule.fires(method, path):
                return rule.fault
        return None

    @property
    def hits(self) -> int:
        """How many faults have been injected by the rules in force."""
        return sum(rule.hits for rule in self._rules)

    def report(self) -> list[dict[str, object]]:
        """Each rule with how often it matched and fired."""
        return [{"fault": r.fault, "seen": r.seen, "hits": r.hits} for r in self._rules]


def read_faults(path: Path) -> tuple[Fault, ...]:
    """The rules of a TOML file. Raises OSError, ValueError (which covers what msgspec and tomllib raise)."""
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), FaultFile).fault
