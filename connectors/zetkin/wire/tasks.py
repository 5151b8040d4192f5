"""Tasks and who has them."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, envelope, id_of, listing
from connectors.zetkin.wire.times import instant


class _Task(msgspec.Struct, gc=False):
    id: Id
    type: str
    title: str = ""
    campaign: Ref | None = None
    target: Ref | None = None
    published: str | None = None
    deadline: str | None = None
    expires: str | None = None


class _Assigned(msgspec.Struct, gc=False):
    assignee: Ref
    status: str
    assigned: str | None = None
    completed: str | None = None
    ignored: str | None = None


tasks = listing(
    _Task,
    lambda t: (
        t.id,
        t.title,
        t.type,
        id_of(t.campaign),
        id_of(t.target),
        instant(t.published),
        instant(t.deadline),
        instant(t.expires),
    ),
)
_assigned = envelope(list[_Assigned]).decode


def assigned(task: int, body: bytes) -> list[Row]:
    """Who has one task, and what they did with it."""
    return [
        (task, a.assignee.id, a.status, instant(a.assigned), instant(a.completed), instant(a.ignored))
        for a in _assigned(body).data
    ]
