"""Call assignments and calls: states and times, never notes or messages (API.md §4.11)."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from zetkin_sync.records.declared import key, stored
from zetkin_sync.records.mirrored import Mirror, Mirrored


class CallAssignment(Mirror, table=True):
    """People to be called, and by when."""

    __tablename__ = "call_assignment"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("call_assignments")

    id: int = key("the call assignment")
    title: str = stored("what people call it; ours carry our mark")
    project: int | None = stored("its project", default=None)
    starts: date | None = stored("when it begins; without it, a draft", default=None)
    ends: date | None = stored("when it ends", default=None)
    target: int | None = stored("the smart search of whom to call", default=None)
    goal: int | None = stored("the smart search of who has been reached", default=None)


class CallStats(Mirror, table=True):
    """How far a call assignment has come."""

    __tablename__ = "call_stats"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("call_stats", parented=True)

    assignment: int = key("the call assignment")
    targets: int = stored("how many are to be called", default=0)
    remaining: int = stored("how many are left", default=0)
    reached_goal: int = stored("how many have been reached", default=0)
    calls: int = stored("how many calls were made", default=0)
    calls_reached: int = stored("how many calls were answered", default=0)
    blocked: int = stored("how many cannot be called at present", default=0)
    no_number: int = stored("how many have no number", default=0)
    needs_organizer: int = stored("how many wait for an organizer", default=0)


class Caller(Mirror, table=True):
    """A person who calls for an assignment."""

    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("callers", parented=True)

    assignment: int = key("the call assignment")
    person: int = key("who calls", person=True)


class Call(Mirror, table=True):
    """One call; `state` is Zetkin's code: 0 under way, 1 reached, 11–21 why not."""

    __tablename__ = "phone_call"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    mirrored: ClassVar = Mirrored("calls")

    id: int = key("the call")
    assignment: int | None = stored("for which assignment", default=None)
    person: int | None = stored("who was called", person=True, default=None)
    caller: int | None = stored("who called", person=True, default=None)
    state: int = stored("what came of it", default=0)
    updated: datetime | None = stored("when it last moved", default=None)
    call_back_after: datetime | None = stored("when to call again", default=None)
    needs_organizer: bool = stored("does it wait for an organizer", default=False)
