"""Join forms and submissions, duplicates, bulk jobs; what people wrote about themselves is never read."""

from __future__ import annotations

import msgspec

from connectors.zetkin.wire.shapes import Id, Ref, Row, envelope, id_of, listing
from connectors.zetkin.wire.times import instant


class _Form(msgspec.Struct):
    id: Id
    title: str = ""
    tags: list[Ref] = []


class _Person(msgspec.Struct, gc=False):
    id: Id | None = None


class _Submission(msgspec.Struct, gc=False):
    id: Id
    state: str
    form: Ref | None = None
    submitted: str | None = None
    accepted: str | None = None
    person_data: _Person | None = None


class _Duplicate(msgspec.Struct):
    id: Id
    status: str
    dismissed: str | None = None
    merged: str | None = None
    duplicates: list[Ref] = []


class _Job(msgspec.Struct, gc=False):
    id: Id
    status: str
    user: Ref | None = None
    accepted: str | None = None
    completed: str | None = None


forms = listing(
    _Form, lambda f: (f.id, f.title, msgspec.json.encode(sorted(tag.id for tag in f.tags)).decode())
)
submissions = listing(
    _Submission,
    lambda s: (
        s.id,
        id_of(s.form),
        s.person_data.id if s.person_data else None,
        s.state,
        instant(s.submitted),
        instant(s.accepted),
    ),
)
duplicates = listing(_Duplicate, lambda d: (d.id, d.status, instant(d.dismissed), instant(d.merged)))
jobs = listing(_Job, lambda j: (j.id, j.status, id_of(j.user), instant(j.accepted), instant(j.completed)))
_duplicates = envelope(list[_Duplicate]).decode


def duplicate_people(body: bytes) -> dict[int, list[Row]]:
    """For each suspicion in a list of them, the people who may be one."""
    return {
        one.id: [(one.id, person) for person in sorted({p.id for p in one.duplicates})]
        for one in _duplicates(body).data
    }
