"""Tasks: draft → aimed → published → given to people some time later (API.md §4.12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.queries import new_query, spec, spec_row, target_row
from zetkin_sync.demo.simulator.endpoints.users import me
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    conflict,
    data,
    invalid,
    missing,
    not_found,
)
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.search import BadSpec, evaluate
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.state import State
from zetkin_sync.demo.world.tasks import Assigned, Task

routes = Routes()

_CONFIG: dict[str, dict[str, bodies.Check]] = {
    "offline": {},
    "visit_link": {"url": bodies.text},
    "share_link": {"url": bodies.text, "default_message": bodies.text},
    "demographic": {"fields": bodies.texts},
}
_TASK = {
    "title": bodies.filled,
    "instructions": bodies.text,
    "type": bodies.one_of(*_CONFIG),
    "config": bodies.mapping,
    "campaign_id": bodies.whole,
    "published": bodies.optional(bodies.instant),
    "deadline": bodies.optional(bodies.instant),
    "expires": bodies.optional(bodies.instant),
    "time_estimate": bodies.optional(bodies.whole),
    "reassign_interval": bodies.optional(bodies.whole),
    "reassign_limit": bodies.optional(bodies.whole),
    "cover_file_id": bodies.optional(bodies.whole),
}


def task_row(state: State, task: Task) -> Row:
    return {
        **_subset(state, task),
        "reassign_interval": task.reassign_interval,
        "reassign_limit": task.reassign_limit,
        "target": target_row(state.queries.get(task.target)),
        "campaign": quotes.campaign(state, task.campaign),
    }


def _subset(state: State, task: Task) -> Row:
    """A task as its assignments show it: without its project, even when it has one (API.md §4.12)."""
    return {
        "id": task.id,
        "title": task.title,
        "instructions": task.instructions,
        "type": task.type,
        "config": task.config,
        "published": naive(task.published),
        "deadline": naive(task.deadline),
        "expires": naive(task.expires),
        "time_estimate": task.time_estimate,
        "cover_file": quotes.file(state, task.cover_file),
        "organization": quotes.organization(state, task.organization),
        "campaign": None,
    }


def status(task: Task, assigned: Assigned, now: datetime) -> str:
    """What became of it: completed, ignored, expired, overdue, or still assigned."""
    if assigned.completed is not None:
        return "completed"
    if assigned.ignored is not None:
        return "ignored"
    if task.expires is not None and task.expires <= now:
        return "expired"
    return "overdue" if task.deadline is not None and task.deadline <= now else "assigned"


def assigned_row(state: State, task: Task, assigned: Assigned, now: datetime) -> Row:
    person = state.people.get(assigned.person)
    return {
        "id": assigned.id,
        "status": status(task, assigned, now),
        "assigned": naive(assigned.assigned),
        "completed": naive(assigned.completed),
        "ignored": naive(assigned.ignored),
        "assignee": person and quotes.person(person),
        "task": _subset(state, task),
    }


def _task(call: Call) -> Task:
    return call.own(call.state.tasks, "task")


@routes.get("/orgs/{org}/tasks")
def tasks(call: Call) -> Reply:
    """The tasks."""
    found = [t for t in call.state.tasks.values() if t.organization == call.org]
    return listed(call, found, lambda t: task_row(call.state, t))


@routes.get("/orgs/{org}/campaigns/{campaign}/tasks")
def tasks_of_campaign(call: Call) -> Reply:
    """A project's tasks."""
    project = call.own(call.state.campaigns, "campaign")
    found = [t for t in call.state.tasks.values() if t.campaign == project.id]
    return listed(call, found, lambda t: task_row(call.state, t))


@routes.post("/orgs/{org}/tasks")
def make_task(call: Call) -> Reply:
    """Make a draft; its target query finds nobody yet."""
    return _made(call, bodies.take(call, _TASK, required=("title", "type", "campaign_id")))


@routes.post("/orgs/{org}/campaigns/{campaign}/tasks")
def make_task_in_campaign(call: Call) -> Reply:
    """Make a draft in a project."""
    project = call.own(call.state.campaigns, "campaign")
    return _made(call, {**bodies.take(call, _TASK, required=("title", "type")), "campaign_id": project.id})


def _made(call: Call, body: Row) -> Reply:
    values = _stored(call, body)
    published = values.pop("published", None)
    made = Task(
        id=call.state.new_id("task"),
        organization=call.org,
        target=new_query(call.state, call.org, "task_target", []).id,
        **values,
    )
    _check_config(made)
    call.state.tasks[made.id] = made
    _publish(call.state, made, published, call.now)
    return data(task_row(call.state, made), 201)


def _stored(call: Call, body: Row) -> Row:
    values: dict[str, Any] = {name.removesuffix("_id"): value for name, value in body.items()}
    if "campaign" in values:
        project = call.state.campaigns.get(values["campaign"])
        if project is None:
            raise invalid("campaign_id", f"No project {values['campaign']}")
    return values


def _check_config(task: Task) -> None:
    """The settings have just the keys that the task's type has."""
    bodies.read(task.config, _CONFIG[task.type])


@routes.get("/orgs/{org}/tasks/{task}")
def task(call: Call) -> Reply:
    """One task."""
    return data(task_row(call.state, _task(call)))


@routes.patch("/orgs/{org}/tasks/{task}")
def patch_task(call: Call) -> Reply:
    """Change or publish a task."""
    found, values = _task(call), _stored(call, bodies.take(call, _TASK))
    if "published" in values:
        _publish(call.state, found, values.pop("published"), call.now)
    for name, value in values.items():
        setattr(found, name, value)
    _check_config(found)
    return data(task_row(call.state, found))


@routes.delete("/orgs/{org}/tasks/{task}")
def delete_task(call: Call) -> Reply:
    """Remove a task."""
    gone = _task(call)
    call.state.queries.pop(gone.target, None)
    del call.state.tasks[gone.id]
    return NOTHING


# --- who gets it -------------------------------------------------------------------------------------------------


def _publish(state: State, task: Task, published: datetime | None, now: datetime) -> None:
    """Set the time of publication; the server gives the task out some time after it (M #338)."""
    if task.published == published:
        return
    task.published = published
    if published is not None:
        when = max(published, now) + timedelta(seconds=state.policy.task_seconds)
        state.later(when, partial(_give_out, task.id, published))


def _give_out(number: int, published: datetime, state: State, when: datetime) -> None:
    task = state.tasks.get(number)
    if task is None or task.published != published:
        return
    query = state.queries.get(task.target)
    try:
        found = evaluate(state, task.organization, query.filter_spec if query else [], now=when)[0]
    except BadSpec:
        found = set()
    for person in sorted(found):
        _assign(state, task, person, when)
    state.tell("task", number, when)


def _assign(state: State, task: Task, person: int, when: datetime) -> None:
    if person not in task.assigned:
        task.assigned[person] = Assigned(id=state.new_id("assigned"), person=person, assigned=when)


@routes.get("/orgs/{org}/tasks/{task}/target")
def target(call: Call) -> Reply:
    """The task's smart search."""
    return data(spec_row(call.state.queries[_task(call).target]))


@routes.patch("/orgs/{org}/tasks/{task}/target")
def patch_target(call: Call) -> Reply:
    """Aim the task."""
    query = call.state.queries[_task(call).target]
    query.filter_spec = bodies.take(call, {"filter_spec": spec}, required=("filter_spec",))["filter_spec"]
    return data(spec_row(query))


@routes.get("/orgs/{org}/tasks/{task}/assigned")
def assigned(call: Call) -> Reply:
    """Who has it, and what became of it."""
    found = _task(call)
    everybody = list(found.assigned.values())
    return listed(call, everybody, lambda a: assigned_row(call.state, found, a, call.now))


@routes.get("/orgs/{org}/tasks/{task}/assigned/{person}")
def assigned_to(call: Call) -> Reply:
    """The same for one person, as a list (API.md §4.12)."""
    found = _task(call)
    one = found.assigned.get(call.number("person"))
    return data([] if one is None else [assigned_row(call.state, found, one, call.now)])


@routes.post("/orgs/{org}/tasks/{task}/assigned/{person}")
def assign(call: Call) -> Reply:
    """Give the task to one person."""
    found, person = _task(call), call.person.id
    if person in found.assigned:
        raise conflict("Person is already assigned to task")
    _assign(call.state, found, person, call.now)
    call.state.tell("task", found.id, call.now)
    return data(assigned_row(call.state, found, found.assigned[person], call.now), 201)


# --- the activist's side -------------------------------------------------------------------------------------------


def _mine(call: Call) -> list[tuple[Task, Assigned]]:
    people = me(call).people.values()
    tasks = call.state.tasks.values()
    return [(task, task.assigned[p]) for task in tasks for p in people if p in task.assigned]


@routes.get("/users/{user}/assigned_tasks", Access.USER)
def my_tasks(call: Call) -> Reply:
    """What one has been given."""
    return listed(call, _mine(call), lambda pair: assigned_row(call.state, *pair, call.now))


@routes.get("/users/{user}/assigned_tasks/{assigned}", Access.USER)
def my_task(call: Call) -> Reply:
    """One of them."""
    for task, mine in _mine(call):
        if mine.id == call.number("assigned"):
            return data(assigned_row(call.state, task, mine, call.now))
    raise not_found()


@routes.patch("/users/{user}/assigned_tasks/{assigned}", Access.USER)
def finish_task(call: Call) -> Reply:
    """Say that one has done it, or will not."""
    body = bodies.take(call, {"status": bodies.one_of("completed", "ignored", "assigned")})
    if "status" not in body:
        raise missing("status")
    for task, mine in _mine(call):
        if mine.id == call.number("assigned"):
            mine.completed = call.now if body["status"] == "completed" else None
            mine.ignored = call.now if body["status"] == "ignored" else None
            return data(assigned_row(call.state, task, mine, call.now))
    raise not_found()
