"""People: notes, and many tags at once (API.md §4.18)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from connectors.zetkin.client import Call, Repeat
from connectors.zetkin.wire.shapes import Id, envelope, understood
from connectors.zetkin.writes.tools import Verbs, made
from zetkin_sync.ports import BulkPreview


class _Note(msgspec.Struct):
    id: Id
    text: str


class _Tagged(msgspec.Struct):
    total: int = 0


class _Summary(msgspec.Struct):
    tagged: _Tagged = msgspec.field(default_factory=_Tagged)
    created: _Tagged = msgspec.field(default_factory=_Tagged)
    deleted: _Tagged = msgspec.field(default_factory=_Tagged)


class _Person(msgspec.Struct):
    summary: _Summary = msgspec.field(default_factory=_Summary)


class _Stats(msgspec.Struct):
    person: _Person = msgspec.field(default_factory=_Person)


class _Problem(msgspec.Struct):
    code: str
    level: str = "error"


class _Preview(msgspec.Struct):
    problems: list[_Problem] = []
    stats: _Stats = msgspec.field(default_factory=_Stats)


class _Job(msgspec.Struct):
    id: Id
    status: str


_notes = envelope(list[_Note]).decode
_preview = envelope(_Preview).decode
_jobs = envelope(list[_Job]).decode


class People(Verbs):
    """What is written about people: nothing of it is kept here."""

    def add_note(self, *, organization: int, person: int, text: str) -> int:
        return self.make(f"/v1/orgs/{organization}/people/{person}/notes", {"text": text})

    def find_note(self, *, organization: int, person: int, text: str) -> int | None:
        found = self.ask(f"/v1/orgs/{organization}/people/{person}/notes", _notes)
        return min((note.id for note in found if note.text == text), default=None)

    def preview_tagging(self, *, organization: int, tag: int, people: Sequence[int]) -> BulkPreview:
        path = f"/v1/orgs/{organization}/bulk/preview"
        call = Call("POST", path, body=msgspec.json.encode(_tagging(tag, people)), asks_only=True)
        found: _Preview = understood(_preview, self._client.answer(call).body, endpoint=f"POST {path}").data
        summary = found.stats.person.summary
        return BulkPreview(
            tagged=summary.tagged.total,
            others=summary.created.total + summary.deleted.total,
            problems=tuple(sorted({p.code for p in found.problems if p.level == "error"})),
        )

    def execute_tagging(self, *, organization: int, tag: int, people: Sequence[int]) -> int:
        path = f"/v1/orgs/{organization}/bulk/execute"
        body = self._client.send("POST", path, _tagging(tag, people), repeat=Repeat.UNARRIVED)
        return made(body, endpoint=f"POST {path}")

    def bulk_state(self, *, organization: int, job: int) -> str | None:
        jobs = self.ask(f"/v1/orgs/{organization}/bulk", _jobs)
        return next((one.status for one in jobs if one.id == job), None)


def _tagging(tag: int, people: Sequence[int]) -> dict[str, list[dict[str, object]]]:
    """One tag for many people; somebody who is not there is skipped, never created."""
    put = [{"op": "person.tag", "tag_id": tag}]
    return {
        "ops": [
            {"op": "person.get", "key": {"id": person}, "if_none": "skip", "ops": put}
            for person in sorted(set(people))
        ]
    }
