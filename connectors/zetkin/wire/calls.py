"""Call assignments, callers and calls; notes and messages are never read."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, envelope, id_of, listing
from connectors.zetkin.wire.times import day, instant


class _Assignment(msgspec.Struct, gc=False):
    id: Id
    title: str = ""
    campaign: Ref | None = None
    start_date: str | None = None
    end_date: str | None = None
    target: Ref | None = None
    goal: Ref | None = None


class _Blocked(msgspec.Struct, gc=False):
    any: int = 0
    no_number: int = 0
    organizer_action_needed: int = 0


class _Stats(msgspec.Struct, gc=False):
    num_target_matches: int = 0
    num_remaining_targets: int = 0
    num_goal_matches: int = 0
    num_calls_made: int = 0
    num_calls_reached: int = 0
    num_blocked: _Blocked = msgspec.field(default_factory=_Blocked)


class _Call(msgspec.Struct, gc=False):
    id: Id
    assignment_id: Id | None = None
    target: Ref | None = None
    caller: Ref | None = None
    state: int | None = None
    update_time: str | None = None
    call_back_after: str | None = None
    organizer_action_needed: bool | None = None
    organizer_action_taken: bool | str | None = None


call_assignments = listing(
    _Assignment,
    lambda a: (
        a.id,
        a.title,
        id_of(a.campaign),
        day(a.start_date),
        day(a.end_date),
        id_of(a.target),
        id_of(a.goal),
    ),
)
calls = listing(
    _Call,
    lambda c: (
        c.id,
        c.assignment_id,
        id_of(c.target),
        id_of(c.caller),
        c.state or 0,
        instant(c.update_time),
        instant(c.call_back_after),
        bool(c.organizer_action_needed and not c.organizer_action_taken),
    ),
)
_stats = envelope(_Stats).decode
_people = envelope(list[Ref]).decode


def stats(assignment: int, body: bytes) -> list[Row]:
    """How far one call assignment has come."""
    s: _Stats = _stats(body).data
    return [
        (
            assignment,
            s.num_target_matches,
            s.num_remaining_targets,
            s.num_goal_matches,
            s.num_calls_made,
            s.num_calls_reached,
            s.num_blocked.any,
            s.num_blocked.no_number,
            s.num_blocked.organizer_action_needed,
        )
    ]


def callers(assignment: int, body: bytes) -> list[Row]:
    """Who calls for one assignment."""
    return [(assignment, person.id) for person in _people(body).data]
