"""Journeys and their cases; what a case is about is never read."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, envelope, listing
from connectors.zetkin.wire.times import instant


class _Counts(msgspec.Struct, gc=False):
    open: int = 0
    closed: int = 0


class _Journey(msgspec.Struct, gc=False):
    id: Id
    title: str = ""
    stats: _Counts = msgspec.field(default_factory=_Counts)


class _Milestone(msgspec.Struct, gc=False):
    deadline: str | None = None


class _Instance(msgspec.Struct):
    id: Id
    journey: Ref
    created: str | None = None
    updated: str | None = None
    closed: str | None = None
    next_milestone: _Milestone | None = None
    subjects: list[Ref] = []
    assignees: list[Ref] = []


journeys = listing(_Journey, lambda j: (j.id, j.title, j.stats.open, j.stats.closed))
instances = listing(
    _Instance,
    lambda i: (
        i.id,
        i.journey.id,
        instant(i.created),
        instant(i.updated),
        instant(i.closed),
        instant(i.next_milestone.deadline) if i.next_milestone else None,
    ),
)
_instances = envelope(list[_Instance]).decode


def people(body: bytes) -> dict[int, list[Row]]:
    """For each case in a list of cases, the people in it."""
    found: dict[int, list[Row]] = {}
    for one in _instances(body).data:
        subjects, assignees = {p.id for p in one.subjects}, {p.id for p in one.assignees}
        found[one.id] = [
            (
                one.id,
                p,
                "both" if p in subjects and p in assignees else "subject" if p in subjects else "assignee",
            )
            for p in sorted(subjects | assignees)
        ]
    return found
