"""Who is booked on an event, who signed up, who was reminded (API.md §4.8).

A sign-up stays when the booking is taken back, so the person shows as signed up again (API.md §6.7).
"""

from __future__ import annotations

from zetkin_sync.demo.simulator import bodies
from zetkin_sync.demo.simulator.calls import Call
from zetkin_sync.demo.simulator.endpoints.events import changed
from zetkin_sync.demo.simulator.endpoints.people import native_row
from zetkin_sync.demo.simulator.listing import listed
from zetkin_sync.demo.simulator.quotes import named
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
from zetkin_sync.demo.simulator.times import naive, offset
from zetkin_sync.demo.world.events import Event, Participation
from zetkin_sync.demo.world.people import Person
from zetkin_sync.demo.world.state import State

routes = Routes()

_STATUSES = ("attended", "cancelled", "noshow")


def participant_row(state: State, event: Event, person: int) -> Row:
    booking = event.participants[person]
    return {
        **native_row(state.people[person]),
        "attended": naive(booking.attended),
        "cancelled": naive(booking.cancelled),
        "noshow": naive(booking.noshow),
        "reminder_sent": offset(booking.reminded),
    }


def response_row(state: State, event: Event, person: int) -> Row:
    found = state.people[person]
    return {
        "id": person,
        "action_id": event.id,
        "response_date": offset(event.responses[person]),
        "person": {
            "id": person,
            "name": found.name,
            "first_name": found.first_name,
            "last_name": found.last_name,
            "email": found.email,
            "phone": found.phone,
        },
    }


def reminder_row(state: State, event: Event, person: int) -> Row:
    return {
        "action": {"id": event.id},
        "person": named(state, person),
        "sent": offset(event.participants[person].reminded),
    }


def _event(call: Call) -> Event:
    return call.own(call.state.events, "action")


def _somebody(call: Call) -> Person:
    """The person in the path: anybody in this tree."""
    found = call.state.people.get(call.number("person"))
    if found is None or found.root != call.state.root_of(call.org):
        raise not_found()
    return found


@routes.get("/orgs/{org}/actions/{action}/participants")
def participants(call: Call) -> Reply:
    """Everybody booked, those who cancelled too."""
    event = _event(call)
    return listed(call, list(event.participants), lambda p: participant_row(call.state, event, p))


@routes.get("/orgs/{org}/actions/{action}/participants/{person}")
def participant(call: Call) -> Reply:
    """One booking."""
    event, person = _event(call), call.number("person")
    if person not in event.participants:
        raise not_found()
    return data(participant_row(call.state, event, person))


@routes.put("/orgs/{org}/actions/{action}/participants/{person}")
def book(call: Call) -> Reply:
    """Book a person, or say what became of the booking; again is the same."""
    event, person = _event(call), _somebody(call).id
    body = bodies.take(call, {"status": bodies.optional(bodies.one_of(*_STATUSES))})
    booking = event.participants.setdefault(person, Participation())
    if "status" in body:
        for status in _STATUSES:
            setattr(booking, status, call.now if status == body["status"] else None)
    changed(call, event)
    return data(participant_row(call.state, event, person))


@routes.delete("/orgs/{org}/actions/{action}/participants/{person}")
def unbook(call: Call) -> Reply:
    """Take a booking back; the sign-up stays."""
    event = _event(call)
    if event.participants.pop(call.number("person"), None) is None:
        raise not_found()
    changed(call, event)
    return NOTHING


# --- sign-ups ------------------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/actions/{action}/responses")
def responses(call: Call) -> Reply:
    """Everybody who signed up."""
    event = _event(call)
    return listed(call, list(event.responses), lambda p: response_row(call.state, event, p))


@routes.get("/orgs/{org}/actions/{action}/responses/{person}")
def response(call: Call) -> Reply:
    """One sign-up."""
    event, person = _event(call), call.number("person")
    if person not in event.responses:
        raise not_found()
    return data(response_row(call.state, event, person))


@routes.put("/orgs/{org}/actions/{action}/responses/{person}", Access.MEMBER)
def sign_up(call: Call) -> Reply:
    """Sign a person up: oneself, or as an organizer anybody."""
    event, person = _event(call), _somebody(call).id
    _self_or_organizer(call, person)
    event.responses.setdefault(person, call.now)
    answer = response_row(call.state, event, person)
    return data({**answer, "action": {"id": event.id, "title": event.title}})


@routes.delete("/orgs/{org}/actions/{action}/responses/{person}", Access.MEMBER)
def withdraw(call: Call) -> Reply:
    """Take a sign-up back."""
    event, person = _event(call), call.number("person")
    _self_or_organizer(call, person)
    if event.responses.pop(person, None) is None:
        raise not_found()
    return NOTHING


def _self_or_organizer(call: Call, person: int) -> None:
    if call.person_of_user() != person and call.state.role(call.signed_in, call.org) is None:
        raise forbidden()


@routes.get("/users/{user}/action_responses", Access.USER)
def my_responses(call: Call) -> Reply:
    """One's own sign-ups."""
    mine = set(call.signed_in.people.values())
    found = [
        (event, person) for event in call.state.events.values() for person in event.responses.keys() & mine
    ]
    return listed(call, found, lambda pair: response_row(call.state, *pair))


# --- numbers and reminders -------------------------------------------------------------------------------------


@routes.get("/orgs/{org}/actions/{action}/stats")
def stats(call: Call) -> Reply:
    """How many are booked, pending, reminded and signed up."""
    event = _event(call)
    booked = [p for p in event.participants.values() if p.cancelled is None]
    return data(
        {
            "num_booked": len(booked),
            "num_pending": len(event.responses.keys() - event.participants.keys()),
            "num_reminded": sum(p.reminded is not None for p in booked),
            "num_signups": len(event.responses),
        }
    )


def _reminded(event: Event) -> list[int]:
    return [person for person, booking in event.participants.items() if booking.reminded is not None]


@routes.get("/orgs/{org}/actions/{action}/reminders")
def reminders(call: Call) -> Reply:
    """The reminders sent."""
    event = _event(call)
    return listed(call, _reminded(event), lambda p: reminder_row(call.state, event, p))


@routes.post("/orgs/{org}/actions/{action}/reminders")
def remind(call: Call) -> Reply:
    """Remind those booked who were not reminded yet, or all of them; 409 without a contact."""
    event, body = _event(call), call.json()
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise invalid("remind_all", f"{body!r} should be instance of 'dict'")
    again = bodies.read(body, {"remind_all": bodies.flag}).get("remind_all", False)
    if event.contact is None:
        raise conflict("Missing contact")
    sent: list[Row] = []
    for person, booking in event.participants.items():
        if booking.cancelled is None and (again or booking.reminded is None):
            booking.reminded = call.now
            call.state.reminders.append((event.id, person, call.now))
            sent.append(reminder_row(call.state, event, person))
    return data(sent, 202)
