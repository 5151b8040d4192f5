"""Bulk operations: a dry run, the real thing, and the log of jobs (API.md §4.18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.fields import writable_field
from zetkin_sync.demo.simulator.endpoints.people import add_person, change_person, remove_person
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import Refused, Reply, Row, data, plain
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import precise
from zetkin_sync.demo.world.joining import BulkJob
from zetkin_sync.demo.world.people import NATIVE
from zetkin_sync.demo.world.state import State

routes = Routes()

_TOP = ("person.create", "person.get")
_INNER = ("person.setfields", "person.tag", "person.addtoorg", "person.delete")
_KEYS = ("id", "ext_id", "email")


class _Effect:
    """What a bulk run did or would do."""

    def __init__(self) -> None:
        self.created = self.deleted = self.updated = 0
        self.tagged: Counter[str] = Counter()
        self.added: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.initialized: Counter[str] = Counter()

    def summary(self) -> Row:
        return {
            "person": {
                "summary": {
                    "addedToOrg": {"byOrg": dict(self.added), "total": self.added.total()},
                    "created": {"total": self.created},
                    "deleted": {"total": self.deleted},
                    "tagged": {"byTag": dict(self.tagged), "total": self.tagged.total()},
                    "updated": {
                        "byChangedField": _as_reported(self.changed),
                        "byInitializedField": _as_reported(self.initialized),
                        "total": self.updated,
                    },
                }
            }
        }


def _as_reported(fields: Counter[str]) -> dict[str, int]:
    """In reports `ext_id` is called `member_id` (API.md §6.10)."""
    return {"member_id" if name == "ext_id" else name: count for name, count in fields.items()}


# --- what may be wrong -------------------------------------------------------------------------------------------


def _problems(state: State, organization: int, ops: list[Any]) -> Iterator[Row]:
    """Each problem with the index of its operation."""
    for index, op in enumerate(ops):
        if not isinstance(op, dict) or op.get("op") not in _TOP or not isinstance(op.get("ops", []), list):
            yield _problem("INVALID_FORMAT", index)
            continue
        if op["op"] == "person.get" and not set(op.get("key") or {}) & set(_KEYS):
            yield _problem("MISSING_ID_AND_NAME", index)
        for inner in op.get("ops", []):
            yield from _inner_problems(state, organization, inner, index)


def _inner_problems(state: State, organization: int, inner: Any, index: int) -> Iterator[Row]:
    if not isinstance(inner, dict) or inner.get("op") not in _INNER:
        yield _problem("INVALID_FORMAT", index)
    elif inner["op"] == "person.tag" and inner.get("tag_id") not in state.tags:
        yield _problem("UNKNOWN_OBJECT", index, "tag.id")
    elif inner["op"] == "person.addtoorg" and inner.get("org_id") not in state.organizations:
        yield _problem("UNKNOWN_ORG", index)
    elif inner["op"] == "person.setfields":
        for name in inner.get("data") or {}:
            if name not in NATIVE and writable_field(state, organization, name) is None:
                yield _problem("UNKNOWN_FIELD", index, name)


def _problem(code: str, index: int, field: str | None = None) -> Row:
    found: Row = {"code": code, "index": index, "level": "error"}
    return found if field is None else {**found, "field": field}


# --- doing it ----------------------------------------------------------------------------------------------------


def _run(state: State, organization: int, ops: list[Row], *, dry: bool) -> _Effect:
    """Do all operations, or with `dry` only say what they would do."""
    effect = _Effect()
    for op in ops:
        for person in _subjects(state, organization, op, effect, dry=dry):
            for inner in op.get("ops", []):
                _inner(state, organization, person, inner, effect, dry=dry)
    return effect


def _subjects(state: State, organization: int, op: Row, effect: _Effect, *, dry: bool) -> list[int]:
    """The people an operation is about; 0 stands for one who would be made."""
    found: list[int] = []
    if op["op"] == "person.get":
        key = {name: value for name, value in op["key"].items() if name in _KEYS}
        ids = [key["id"]] if "id" in key else state.members(organization)
        known = [state.people[p] for p in ids if state.connected(organization, p)]
        found = [p.id for p in known if all(getattr(p, name) == value for name, value in key.items())]
        if found or op.get("if_none", "create") == "skip":
            return found[:1]
    effect.created += 1
    if dry:
        return [0]
    made = add_person(state, organization, {"first_name": "", "last_name": ""}, {})
    return [made.id]


def _inner(state: State, organization: int, person: int, op: Row, effect: _Effect, *, dry: bool) -> None:
    match op["op"]:
        case "person.setfields":
            _set_fields(state, person, op.get("data") or {}, effect, dry=dry)
        case "person.tag":
            tag = state.tags[op["tag_id"]]
            if person not in tag.people:
                effect.tagged[str(tag.id)] += 1
            if not dry:
                tag.people[person] = op.get("value") if tag.value_type else None
        case "person.addtoorg":
            if not state.connected(op["org_id"], person):
                effect.added[str(op["org_id"])] += 1
            if not dry:
                state.connect(op["org_id"], person)
        case "person.delete":
            effect.deleted += 1
            if not dry and person in state.people:
                remove_person(state, person)


def _set_fields(state: State, person: int, values: Row, effect: _Effect, *, dry: bool) -> None:
    """Set fields; a value that is there already is no change (API.md §6.13)."""
    record = state.people.get(person)
    changed: Row = {}
    for name, value in values.items():
        old = None if record is None else getattr(record, name) if name in NATIVE else record.fields.get(name)
        if old != value:
            changed[name] = value
            (effect.changed if old not in (None, "") else effect.initialized)[name] += 1
    effect.updated += bool(changed) and record is not None
    if record is not None and not dry:
        native = {k: v for k, v in changed.items() if k in NATIVE}
        change_person(state, record, native, {k: v for k, v in changed.items() if k not in NATIVE})


# --- endpoints ---------------------------------------------------------------------------------------------------


def job_row(state: State, job: BulkJob) -> Row:
    user = state.users[job.user]
    return {
        "id": job.id,
        "status": job.status,
        "accepted": precise(job.accepted),
        "completed": precise(job.completed),
        "error": job.error,
        "organization": quotes.organization(state, job.organization),
        "user": {
            "id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
        },
        "report": job.report,
    }


def _ops(call: Call) -> list[Any]:
    ops: list[Any] = bodies.take(call, {"ops": bodies.sequence}, required=("ops",))["ops"]
    return ops


@routes.post("/orgs/{org}/bulk/preview")
def preview(call: Call) -> Reply:
    """What the operations would do, and what is wrong with them; nothing is changed."""
    ops = _ops(call)
    problems = list(_problems(call.state, call.org, ops))
    wrong = {problem["index"] for problem in problems}
    good = [op for index, op in enumerate(ops) if index not in wrong]
    effect = _run(call.state, call.org, good, dry=True)
    return data({"problems": problems, "stats": effect.summary()})


@routes.post("/orgs/{org}/bulk/execute")
def execute(call: Call) -> Reply:
    """Do the operations, all or none; where something is wrong the error stands inside `data`."""
    ops = _ops(call)
    if any(True for _ in _problems(call.state, call.org, ops)):
        error = {"data": {"error": {"message": "There are problems with the input ops"}}}
        raise Refused(plain(error, 400))
    job = BulkJob(
        id=call.state.new_id("bulk"), organization=call.org, user=call.signed_in.id, accepted=call.now
    )
    call.state.bulk_jobs[job.id] = job
    work = partial(_complete, job.id, ops)
    if call.state.policy.bulk_seconds:
        call.state.later(call.now + timedelta(seconds=call.state.policy.bulk_seconds), work)
    else:
        work(call.state, call.now)
    return data(job_row(call.state, job))


def _complete(number: int, ops: list[Row], state: State, when: datetime) -> None:
    job = state.bulk_jobs[number]
    job.report = _run(state, job.organization, ops, dry=False).summary()
    job.status, job.completed = "completed", when


@routes.get("/orgs/{org}/bulk")
def jobs(call: Call) -> Reply:
    """The log of bulk jobs."""
    found = [j for j in call.state.bulk_jobs.values() if j.organization == call.org]
    return listed(call, found, lambda j: job_row(call.state, j))
