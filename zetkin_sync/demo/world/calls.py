"""Call assignments, callers and calls (API.md §4.11)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

UNFINISHED, REACHED, CALL_BACK = 0, 1, 13
STATES = (0, 1, 11, 12, 13, 14, 15, 21)
"""Unfinished, reached, no pickup, busy, call back, not available, left message, wrong number."""


class Caller(Struct, kw_only=True):
    """A person who calls; tags decide whom first and whom never."""

    prioritized: set[int] = set()
    excluded: set[int] = set()


class CallAssignment(Struct, kw_only=True):
    """A call assignment; `target` and `goal` are queries' ids, `callers` are by person."""

    id: int
    organization: int
    title: str
    target: int
    goal: int
    description: str = ""
    instructions: str = ""
    cooldown: int = 3
    start_date: str | None = None
    end_date: str | None = None
    disable_caller_notes: bool = False
    expose_target_details: bool = False
    campaign: int | None = None
    callers: dict[int, Caller] = {}


class PhoneCall(Struct, kw_only=True):
    """One call to one person; its `state` is one of `STATES`."""

    id: int
    organization: int
    assignment: int
    caller: int
    target: int
    allocated: datetime
    updated: datetime
    state: int = UNFINISHED
    call_back_after: datetime | None = None
    notes: str | None = None
    message_to_organizer: str | None = None
    organizer_action_needed: bool = False
    organizer_action_taken: bool | None = None
