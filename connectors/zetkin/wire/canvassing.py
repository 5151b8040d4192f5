"""Areas and area assignments, from API v2."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from connectors.zetkin.wire.shapes import Id, Row, envelope, listing
from connectors.zetkin.wire.times import day


class _Boundary(msgspec.Struct, gc=False):
    type: str
    coordinates: msgspec.Raw


class _Area(msgspec.Struct, gc=False):
    id: Id
    boundary: _Boundary
    title: str | None = None


class _Assignment(msgspec.Struct, gc=False):
    id: Id
    title: str | None = None
    project_id: Id | None = None
    start_date: str | None = None
    end_date: str | None = None


class _Stats(msgspec.Struct, gc=False):
    num_households: int = 0
    num_locations: int = 0
    num_visits: int = 0
    num_successful_visits: int = 0
    num_households_visited: int = 0


class _Assignee(msgspec.Struct, gc=False):
    area_id: Id
    user_id: Id


areas = listing(_Area, lambda a: (a.id, a.title or "", msgspec.json.encode(a.boundary).decode()))
area_assignments = listing(
    _Assignment, lambda a: (a.id, a.title or "", a.project_id, day(a.start_date), day(a.end_date))
)
_stats = envelope(_Stats).decode
_assignees = envelope(list[_Assignee]).decode


def stats(assignment: int, body: bytes) -> list[Row]:
    """How far one area assignment has come."""
    s: _Stats = _stats(body).data
    figures = (
        s.num_households,
        s.num_locations,
        s.num_visits,
        s.num_successful_visits,
        s.num_households_visited,
    )
    return [(assignment, *figures)]


def assignees(assignment: int, bodies: list[bytes]) -> list[Row]:
    """Who canvasses which areas of one assignment."""
    areas_of: dict[int, set[int]] = defaultdict(set)
    for body in bodies:
        for one in _assignees(body).data:
            areas_of[one.user_id].add(one.area_id)
    return [
        (assignment, user, msgspec.json.encode(sorted(theirs)).decode()) for user, theirs in areas_of.items()
    ]
