"""Calls: allocated, made, given back, looked at afterwards (API.md §4.11)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.assignments import callable_now, calls_of, own_assignment
from zetkin_sync.demo.simulator.endpoints.users import me
from zetkin_sync.demo.simulator.listing import filtered, listed
from zetkin_sync.demo.simulator.replies import (
    NOTHING,
    Reply,
    Row,
    conflict,
    data,
    forbidden,
    invalid,
    not_found,
)
from zetkin_sync.demo.simulator.routes import Access, Routes
from zetkin_sync.demo.simulator.times import offset
from zetkin_sync.demo.world.calls import STATES, UNFINISHED, PhoneCall
from zetkin_sync.demo.world.state import State

routes = Routes()

_CHANGE = {
    "state": bodies.whole,
    "notes": bodies.optional(bodies.text),
    "call_back_after": bodies.optional(bodies.instant),
    "message_to_organizer": bodies.optional(bodies.text),
    "organizer_action_needed": bodies.flag,
    "organizer_action_taken": bodies.flag,
}
_FILTERS = {
    "state": lambda c: c.state,
    "organizer_action_needed": lambda c: int(c.organizer_action_needed),
    "organizer_action_taken": lambda c: int(bool(c.organizer_action_taken)),
}


def call_row(state: State, record: PhoneCall) -> Row:
    target = state.people.get(record.target)
    return {
        "id": record.id,
        "assignment_id": record.assignment,
        "state": record.state,
        "allocation_time": offset(record.allocated),
        "update_time": offset(record.updated),
        "call_back_after": offset(record.call_back_after),
        "notes": record.notes,
        "message_to_organizer": record.message_to_organizer,
        "organizer_action_needed": record.organizer_action_needed,
        "organizer_action_taken": record.organizer_action_taken,
        "caller": quotes.named(state, record.caller),
        "target": target
        and {"id": target.id, "name": target.name, "phone": target.phone, "alt_phone": target.alt_phone},
    }


@routes.get("/orgs/{org}/calls")
def calls(call: Call) -> Reply:
    """The organization's calls, newest first."""
    scope = call.scope
    found = [c for c in reversed(call.state.calls.values()) if c.organization in scope]
    return listed(call, filtered(call, found, _FILTERS), lambda c: call_row(call.state, c))


@routes.get("/orgs/{org}/call_assignments/{assignment}/calls")
def calls_of_assignment(call: Call) -> Reply:
    """An assignment's calls, newest first (API.md §2.4)."""
    found = calls_of(call.state, own_assignment(call).id)
    return listed(call, filtered(call, found, _FILTERS), lambda c: call_row(call.state, c))


@routes.post("/orgs/{org}/call_assignments/{assignment}/queue/head", Access.MEMBER)
def next_call(call: Call) -> Reply:
    """Give the caller the next person to call; 404 when nobody is left."""
    found = callable_now(call, own_assignment(call))
    if not found:
        raise not_found()
    return _allocated(call, found[0])


@routes.post("/orgs/{org}/call_assignments/{assignment}/calls", Access.MEMBER)
def start_call(call: Call) -> Reply:
    """Begin a call to a person who is named."""
    target = bodies.take(call, {"target_id": bodies.whole}, required=("target_id",))["target_id"]
    if target not in callable_now(call, own_assignment(call)):
        raise conflict("Target is not available")
    return _allocated(call, target)


def _allocated(call: Call, target: int) -> Reply:
    record, caller = own_assignment(call), call.person_of_user()
    if caller not in record.callers:
        raise forbidden()
    made = PhoneCall(
        id=call.state.new_id("call"),
        organization=call.org,
        assignment=record.id,
        caller=caller,
        target=target,
        allocated=call.now,
        updated=call.now,
    )
    call.state.calls[made.id] = made
    return data(call_row(call.state, made), 201)


def _call(call: Call) -> PhoneCall:
    """The call in the path; only its caller and organizers may have it."""
    found = call.own(call.state.calls, "call")
    if found.caller != call.person_of_user() and call.state.role(call.signed_in, call.org) is None:
        raise forbidden()
    return found


@routes.get("/orgs/{org}/calls/{call}", Access.MEMBER)
def one_call(call: Call) -> Reply:
    """One call."""
    return data(call_row(call.state, _call(call)))


@routes.patch("/orgs/{org}/calls/{call}", Access.MEMBER)
def patch_call(call: Call) -> Reply:
    """Say how a call went, or what an organizer did about it."""
    found, body = _call(call), bodies.take(call, _CHANGE)
    if body.get("state", UNFINISHED) not in STATES:
        raise invalid("state", f"No such state: {body['state']}")
    for name, value in body.items():
        setattr(found, name, value)
    found.updated = call.now
    return data(call_row(call.state, found))


@routes.delete("/orgs/{org}/calls/{call}", Access.MEMBER)
def give_back(call: Call) -> Reply:
    """Give back a call that was not made."""
    found = _call(call)
    if found.state != UNFINISHED:
        raise conflict()
    del call.state.calls[found.id]
    return NOTHING


@routes.get("/users/{user}/outgoing_calls", Access.USER)
def my_calls(call: Call) -> Reply:
    """One's own calls, newest first."""
    mine = set(me(call).people.values())
    found = [c for c in reversed(call.state.calls.values()) if c.caller in mine]
    return listed(call, filtered(call, found, _FILTERS), lambda c: call_row(call.state, c))
