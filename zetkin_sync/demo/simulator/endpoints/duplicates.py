"""People who may be one: listed, dismissed, merged (API.md §4.17, §6.9)."""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies, quotes
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.people import (
    native_row,
    person_json,
    remove_person,
)
from zetkin_sync.demo.simulator.listing import filtered, listed
from zetkin_sync.demo.simulator.replies import Refused, Reply, Row, data, plain, raw, refusal
from zetkin_sync.demo.simulator.routes import Routes
from zetkin_sync.demo.simulator.times import naive
from zetkin_sync.demo.world.people import NATIVE, Duplicate
from zetkin_sync.demo.world.state import State

routes = Routes()


def duplicate_row(state: State, pair: Duplicate) -> Row:
    return {
        "id": pair.id,
        "status": pair.status,
        "dismissed": naive(pair.dismissed),
        "merged": naive(pair.merged),
        "organization": quotes.organization(state, pair.organization),
        "duplicates": [native_row(state.people[p]) for p in pair.people if p in state.people],
    }


@routes.get("/orgs/{org}/people/duplicates")
def duplicates(call: Call) -> Reply:
    """The pairs Zetkin has noticed."""
    found = [d for d in call.state.duplicates.values() if d.organization == call.org]
    found = filtered(call, found, {"status": lambda d: d.status})
    return listed(call, found, lambda d: duplicate_row(call.state, d))


@routes.get("/orgs/{org}/people/duplicates/{duplicate}")
def duplicate(call: Call) -> Reply:
    """One pair."""
    return data(duplicate_row(call.state, call.own(call.state.duplicates, "duplicate")))


@routes.patch("/orgs/{org}/people/duplicates/{duplicate}")
def dismiss(call: Call) -> Reply:
    """Say that they are different people; a resolved pair answers 409 with an empty JSON string."""
    found = call.own(call.state.duplicates, "duplicate")
    body = bodies.take(call, {"dismissed": bodies.flag}, required=("dismissed",))
    if found.status != "pending":
        raise Refused(plain("", 409))
    if body["dismissed"]:
        found.status, found.dismissed = "dismissed", call.now
    return data(duplicate_row(call.state, found))


@routes.post("/orgs/{org}/merges")
def merge(call: Call) -> Reply:
    """Make one person of several; the reply says which id lives on, the others are not found any more."""
    body = call.object()
    people, override = body.get("objects"), body.get("override") or {}
    if body.get("type") != "person" or not isinstance(people, list) or not isinstance(override, dict):
        raise refusal(400, "Malformed data")
    people = bodies.ids("objects", people)
    if len(set(people)) < 2:
        raise refusal(400, "Malformed data")
    records = [call.member(person) for person in people]
    native = {k: v for k, v in override.items() if k in NATIVE}
    survivor = merge_people(call.state, sorted({r.id for r in records}))
    for name, value in native.items():
        setattr(call.state.people[survivor], name, value)
    for pair in call.state.duplicates.values():
        if pair.status == "pending" and len(set(pair.people) & set(people)) > 1:
            pair.status, pair.merged = "merged", call.now
    call.state.forget_all()
    return raw(person_json(call.state, call.org, survivor))


def merge_people(state: State, people: list[int]) -> int:
    """Give the first person everything the others have, and remove those; gives the survivor's id."""
    survivor, *others = people
    kept = state.people[survivor]
    for other in others:
        gone = state.people[other]
        for name in NATIVE:
            if getattr(kept, name) in (None, ""):
                setattr(kept, name, getattr(gone, name))
        kept.fields = {**gone.fields, **kept.fields}
        for home in state.homes(other):
            state.connect(home, survivor)
        for tag in state.tags.values():
            if other in tag.people:
                tag.people.setdefault(survivor, tag.people[other])
        for event in state.events.values():
            if other in event.participants:
                event.participants.setdefault(survivor, event.participants[other])
            if other in event.responses:
                event.responses.setdefault(survivor, event.responses[other])
            event.contact = survivor if event.contact == other else event.contact
        remove_person(state, other)
        state.merged[other] = survivor
    state.forget_all()
    return survivor
