"""Call assignments and their callers (API.md §4.11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.people import native_row
from zetkin_sync.demo.simulator.endpoints.queries import new_query, people_of, spec
from zetkin_sync.demo.simulator.endpoints.tags import tag_row
from zetkin_sync.demo.simulator.endpoints.users import me
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.replies import NOTHING, Reply, Row, data, invalid, not_found
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.world.calls import CALL_BACK, REACHED, UNFINISHED, CallAssignment, Caller, PhoneCall
from zetkin_sync.demo.world.state import State

routes = Routes()

_CHANGE = {
    "title": bodies.filled,
    "description": bodies.text,
    "instructions": bodies.text,
    "cooldown": bodies.whole,
    "start_date": bodies.optional(bodies.day),
    "end_date": bodies.optional(bodies.day),
    "disable_caller_notes": bodies.flag,
    "expose_target_details": bodies.flag,
    "campaign_id": bodies.optional(bodies.whole),
}
_NEW = {**_CHANGE, "target_filters": bodies.sequence, "goal_filters": bodies.sequence}
_REQUIRED = ("title", "target_filters", "goal_filters")


def assignment_row(state: State, record: CallAssignment) -> Row:
    return {
        "id": record.id,
        "title": record.title,
        "description": record.description,
        "instructions": record.instructions,
        "cooldown": record.cooldown,
        "start_date": record.start_date,
        "end_date": record.end_date,
        "disable_caller_notes": record.disable_caller_notes,
        "expose_target_details": record.expose_target_details,
        "campaign": quotes.campaign(state, record.campaign),
        "organization": quotes.organization(state, record.organization),
        "target": _query_row(state, record.target),
        "goal": _query_row(state, record.goal),
    }


def _query_row(state: State, number: int) -> Row:
    query = state.queries[number]
    return {"id": query.id, "type": query.type, "filter_spec": query.filter_spec}


def caller_row(state: State, record: CallAssignment, person: int) -> Row:
    caller = record.callers[person]
    return {
        **quotes.person(state.people[person]),
        "prioritized_tags": [tag_row(state, state.tags[t]) for t in sorted(caller.prioritized)],
        "excluded_tags": [tag_row(state, state.tags[t]) for t in sorted(caller.excluded)],
    }


def own_assignment(call: Call) -> CallAssignment:
    return call.own(call.state.call_assignments, "assignment")


def calls_of(state: State, assignment: int) -> list[PhoneCall]:
    """An assignment's calls, newest first."""
    return [c for c in reversed(state.calls.values()) if c.assignment == assignment]


# --- assignments ---------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/call_assignments")
def assignments(call: Call) -> Reply:
    """The call assignments."""
    found = [a for a in call.state.call_assignments.values() if a.organization in call.scope]
    return listed(call, found, lambda a: assignment_row(call.state, a))


@routes.get("/orgs/{org}/campaigns/{campaign}/call_assignments")
def assignments_of_campaign(call: Call) -> Reply:
    """A project's call assignments."""
    project = call.own(call.state.campaigns, "campaign")
    found = [a for a in call.state.call_assignments.values() if a.campaign == project.id]
    return listed(call, found, lambda a: assignment_row(call.state, a))


@routes.post("/orgs/{org}/call_assignments")
def make_assignment(call: Call) -> Reply:
    """Make a call assignment; both filter lists must be there, though they may be empty."""
    return _made(call, bodies.take(call, _NEW, required=_REQUIRED))


@routes.post("/orgs/{org}/campaigns/{campaign}/call_assignments")
def make_assignment_in_campaign(call: Call) -> Reply:
    """Make a call assignment in a project."""
    project = call.own(call.state.campaigns, "campaign")
    return _made(call, {**bodies.take(call, _NEW, required=_REQUIRED), "campaign_id": project.id})


def _made(call: Call, body: Row) -> Reply:
    state, number = call.state, call.state.new_id("call_assignment")
    aimed = [_own_id(body.pop(f"{kind}_filters"), number) for kind in ("target", "goal")]
    target, goal = (
        new_query(state, call.org, f"callassignment_{kind}", spec(f"{kind}_filters", filters))
        for kind, filters in zip(("target", "goal"), aimed, strict=True)
    )
    values = _stored(call, body)
    made = CallAssignment(id=number, organization=call.org, target=target.id, goal=goal.id, **values)
    state.call_assignments[made.id] = made
    return data(assignment_row(state, made), 201)


def _own_id(filters: Any, number: int) -> Any:
    """Put the assignment's id where its filters say `$self`."""
    if isinstance(filters, list):
        return [_own_id(f, number) for f in filters]
    if isinstance(filters, dict):
        return {name: _own_id(value, number) for name, value in filters.items()}
    return number if filters == "$self" else filters


def _stored(call: Call, body: Row) -> Row:
    if "campaign_id" in body:
        body["campaign"] = body.pop("campaign_id")
        if body["campaign"] is not None and body["campaign"] not in call.state.campaigns:
            raise invalid("campaign_id", f"No project {body['campaign']}")
    return body


@routes.get("/orgs/{org}/call_assignments/{assignment}")
def assignment(call: Call) -> Reply:
    """One call assignment."""
    return data(assignment_row(call.state, own_assignment(call)))


@routes.patch("/orgs/{org}/call_assignments/{assignment}")
def patch_assignment(call: Call) -> Reply:
    """Change a call assignment."""
    found = own_assignment(call)
    for name, value in _stored(call, bodies.take(call, _CHANGE)).items():
        setattr(found, name, value)
    return data(assignment_row(call.state, found))


@routes.delete("/orgs/{org}/call_assignments/{assignment}")
def delete_assignment(call: Call) -> Reply:
    """Remove a call assignment and its calls."""
    gone = own_assignment(call)
    for number in [c.id for c in call.state.calls.values() if c.assignment == gone.id]:
        del call.state.calls[number]
    del call.state.call_assignments[gone.id]
    return NOTHING


# --- who is to be called ---------------------------------------------------------------------------------------------


def blocked(call: Call, record: CallAssignment, targets: list[int]) -> dict[str, set[int]]:
    """Targets that may not be called now, by reason."""
    made = [c for c in call.state.calls.values() if c.organization == record.organization]
    resting = call.now - timedelta(hours=record.cooldown)
    wanted = set(targets)
    return {
        "allocated": {c.target for c in made if c.state == UNFINISHED} & wanted,
        "call_back_after": {
            c.target
            for c in made
            if c.state == CALL_BACK and c.call_back_after and c.call_back_after > call.now
        }
        & wanted,
        "cooldown": {c.target for c in made if c.state != UNFINISHED and c.updated > resting} & wanted,
        "no_number": {
            p for p in wanted if not (call.state.people[p].phone or call.state.people[p].alt_phone)
        },
        "organizer_action_needed": {
            c.target for c in made if c.organizer_action_needed and not c.organizer_action_taken
        }
        & wanted,
    }


def callable_now(call: Call, record: CallAssignment) -> list[int]:
    """Whom the next call may go to, in order."""
    targets = people_of(call, call.state.queries[record.target].filter_spec)
    done = set(people_of(call, call.state.queries[record.goal].filter_spec))
    out = set().union(*blocked(call, record, targets).values())
    return [p for p in targets if p not in done and p not in out]


@routes.get("/orgs/{org}/call_assignments/{assignment}/targets")
def targets(call: Call) -> Reply:
    """The people to be called."""
    found = people_of(call, call.state.queries[own_assignment(call).target].filter_spec)
    return listed(call, found, lambda p: native_row(call.state.people[p]))


@routes.get("/orgs/{org}/call_assignments/{assignment}/stats")
def stats(call: Call) -> Reply:
    """How far the calling has come."""
    record = own_assignment(call)
    wanted = people_of(call, call.state.queries[record.target].filter_spec)
    goal = set(people_of(call, call.state.queries[record.goal].filter_spec))
    reasons = blocked(call, record, wanted)
    made = [c for c in call.state.calls.values() if c.assignment == record.id and c.state != UNFINISHED]
    return data(
        {
            "num_target_matches": len(wanted),
            "num_remaining_targets": len(set(wanted) - goal),
            "num_goal_matches": len(goal & set(wanted)),
            "num_calls_made": len(made),
            "num_calls_reached": sum(c.state == REACHED for c in made),
            "num_blocked": {
                "any": len(set().union(*reasons.values())),
                **{reason: len(people) for reason, people in reasons.items()},
            },
        }
    )


# --- callers -----------------------------------------------------------------------------------------------------------


def _caller(call: Call, record: CallAssignment) -> Caller:
    found = record.callers.get(call.number("caller"))
    if found is None:
        raise not_found()
    return found


@routes.get("/orgs/{org}/call_assignments/{assignment}/callers")
def callers(call: Call) -> Reply:
    """Who calls."""
    record = own_assignment(call)
    return listed(call, list(record.callers), lambda p: caller_row(call.state, record, p))


@routes.get("/orgs/{org}/call_assignments/{assignment}/callers/{caller}")
def caller(call: Call) -> Reply:
    """One of them."""
    record = own_assignment(call)
    _caller(call, record)
    return data(caller_row(call.state, record, call.number("caller")))


@routes.put("/orgs/{org}/call_assignments/{assignment}/callers/{caller}")
def put_caller(call: Call) -> Reply:
    """Let a person call; again is the same."""
    record, person = own_assignment(call), call.member(call.number("caller")).id
    record.callers.setdefault(person, Caller())
    return data(caller_row(call.state, record, person))


@routes.delete("/orgs/{org}/call_assignments/{assignment}/callers/{caller}")
def delete_caller(call: Call) -> Reply:
    """Let a person call no more."""
    if own_assignment(call).callers.pop(call.number("caller"), None) is None:
        raise not_found()
    return NOTHING


def _tag_routes(kind: str) -> None:
    """The three endpoints of a caller's prioritized or excluded tags."""
    path = f"/orgs/{{org}}/call_assignments/{{assignment}}/callers/{{caller}}/{kind}_tags"

    def tags_of(call: Call) -> set[int]:
        found: set[int] = getattr(_caller(call, own_assignment(call)), kind)
        return found

    @routes.get(path)
    def read(call: Call) -> Reply:
        return data([tag_row(call.state, call.state.tags[t]) for t in sorted(tags_of(call))])

    @routes.put(f"{path}/{{tag}}")
    def put(call: Call) -> Reply:
        tag = call.usable(call.state.tags, call.number("tag"))
        tags_of(call).add(tag.id)
        return data(tag_row(call.state, tag))

    @routes.delete(f"{path}/{{tag}}")
    def delete(call: Call) -> Reply:
        tags = tags_of(call)
        if call.number("tag") not in tags:
            raise not_found()
        tags.remove(call.number("tag"))
        return NOTHING


_tag_routes("prioritized")
_tag_routes("excluded")


@routes.get("/users/{user}/call_assignments", Access.USER)
def my_assignments(call: Call) -> Reply:
    """Where one may call."""
    mine = set(me(call).people.values())
    found = [a for a in call.state.call_assignments.values() if mine & a.callers.keys()]
    return listed(call, found, lambda a: assignment_row(call.state, a))
