"""What should be done in Zetkin, as a value: one change, and a plan of them that can be shown and approved.

What is printed, mailed, shown, hashed, approved and carried out is the same object (ARCHITECTURE decision 3).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from zetkin_sync.language import Message


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One effect on Zetkin.

    `key` names the effect: the same key is never carried out twice in a plan, and the same wish made again
    has the same key. `reason` is one sentence that an organizer understands. `removes` counts against the
    limit for removals.
    """

    verb: str
    organization: int
    key: str
    reason: Message
    person: int | None = None
    payload: dict[str, Any] = {}
    removes: bool = False
    after: tuple[str, ...] = ()  # keys of changes that must be done first

    @property
    def content(self) -> tuple[Any, ...]:
        """What an approval is about: everything but the wording of the reason."""
        return (self.verb, self.organization, self.key, self.person, self.payload, self.removes, self.after)


class LeftOut(msgspec.Struct, frozen=True):
    """An organization that drops out of a plan, and why."""

    organization: int
    why: Message


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Sorted changes of one action, and what they were made from.

    `base` is the size of the set that relative limits are judged against. `refused` says why the plan may
    not be carried out; it is shown all the same. `notes` and `figures` are for who decides.
    """

    action: str
    district: int
    made: datetime
    expires: datetime
    changes: tuple[Change, ...]
    base: int = 0
    snapshots: tuple[int, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    refused: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    figures: dict[str, float] = {}
    approvals: int = 1
    cap: tuple[int, int] | None = (
        None  # at most so many messages to a person in so many days, all callouts together
    )
    volume: tuple[tuple[int, int], ...] = ()  # at most so many messages to everybody in so many hours

    @property
    def counts(self) -> dict[str, int]:
        """How many changes of each verb."""
        return dict(sorted(Counter(c.verb for c in self.changes).items()))

    @property
    def recipients(self) -> int:
        """How many different people are concerned."""
        listed = {p for c in self.changes for p in c.payload.get("people", ())}
        return len(listed | {c.person for c in self.changes if c.person is not None})

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits over what is to be done; the same changes give the same fingerprint."""
        content = (self.action, self.district, [c.content for c in self.changes])
        return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:16]

    def __bool__(self) -> bool:
        return bool(self.changes)


def in_order(changes: list[Change]) -> tuple[Change, ...]:
    """Changes sorted so that what others wait for comes first, then by organization, verb and key."""
    waiting = {c.key: c for c in sorted(changes, key=lambda c: (c.organization, c.verb, c.key))}
    depth: dict[str, int] = {}

    def level(key: str, seen: tuple[str, ...] = ()) -> int:
        if key in seen:
            raise ValueError(f"changes wait for each other: {' → '.join((*seen, key))}")
        if key not in depth:
            before = [a for a in waiting[key].after if a in waiting]
            depth[key] = 1 + max((level(a, (*seen, key)) for a in before), default=-1)
        return depth[key]

    return tuple(sorted(waiting.values(), key=lambda c: (level(c.key), c.organization, c.verb, c.key)))


def to_json(plan: Plan) -> str:
    """The plan as JSON text, for the store."""
    return msgspec.json.encode(plan, order="deterministic").decode()


def from_json(text: str) -> Plan:
    """The plan that `to_json` wrote."""
    return msgspec.json.decode(text, type=Plan)
