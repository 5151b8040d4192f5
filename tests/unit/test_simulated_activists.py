"""Simulated activists answer what reaches them, in simulated time, and the same way for the same seed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from zetkin_sync.demo.activists import Temper, chance_of_signing_up, enliven
from zetkin_sync.demo.district import make_district
from zetkin_sync.demo.simulator import deliveries
from zetkin_sync.demo.world import State
from zetkin_sync.demo.world.emails import Email
from zetkin_sync.demo.world.events import Event
from zetkin_sync.demo.world.lists import Query

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def district() -> State:
    return make_district(people=2000, months=2, today=TODAY)


def open_event(state: State, *, days: int = 6) -> Event:
    """An event nobody has signed up for yet, some days ahead."""
    ahead = [
        e
        for e in state.events.values()
        if e.published
        and not e.cancelled
        and e.location
        and e.activity
        and state.activities[e.activity].title == "Flygblad"
        and timedelta(days=days) < e.starts - NOW.replace(tzinfo=None) < timedelta(days=days + 10)
    ]
    event = ahead[0]
    event.participants, event.responses, event.required = {}, {}, 30
    return event


def write_to_network(state: State, *events: Event, number: int = 9001, when: datetime = NOW) -> Email:
    """A letter with the events' links to everybody in the network, sent and processed."""
    network = next(t for t in state.tags.values() if t.title == "Aktivistnätverket")
    blocks = [
        {"kind": "button", "data": {"href": f"https://app.example.org/o/1/events/{e.id}", "tag": f"t{e.id}"}}
        for e in events
    ]
    query = Query(id=number, organization=1, type="email_target")
    state.queries[query.id] = query
    email = Email(
        id=number,
        organization=1,
        uuid="u",
        title="Ask",
        target=query.id,
        content=json.dumps({"blocks": blocks}),
        locked=when,
        targets=tuple(network.people),
    )
    state.emails[email.id] = email
    deliveries.read_links(state, email)
    deliveries.schedule(state, email, when, when)
    return email


def test_a_letter_is_opened_clicked_answered_and_the_event_staffed() -> None:
    state = district()
    enliven(state, now=NOW)
    event = open_event(state)
    email = write_to_network(state, event)
    state.settle(NOW + timedelta(days=3))
    copies = email.recipients.values()
    assert 0.4 < sum(c.opened is not None for c in copies) / len(copies) < 0.8
    assert event.responses
    clicks = next(link for link in state.links.values() if link.email == email.id).clicks
    assert event.responses.keys() <= clicks.keys()
    assert 0 < event.available <= len(event.responses)
    assert all(NOW < when < NOW + timedelta(days=3) for when in event.responses.values())


def test_after_the_event_some_came_and_some_did_not() -> None:
    state = district()
    enliven(state, Temper(recorded=1.0), now=NOW)
    event = open_event(state)
    write_to_network(state, event)
    state.settle(NOW + timedelta(days=20))
    fates = [(b.attended, b.noshow, b.cancelled) for b in event.participants.values()]
    assert len(fates) > 3
    assert all(any(fate) for fate in fates)
    assert sum(fate[0] is not None for fate in fates) > len(fates) / 2


def test_nobody_signs_up_for_what_was_called_off() -> None:
    state = district()
    enliven(state, now=NOW)
    event = open_event(state)
    write_to_network(state, event)
    event.cancelled = NOW + timedelta(minutes=1)
    state.settle(NOW + timedelta(days=3))
    assert not event.responses


def test_who_is_written_to_too_often_leaves() -> None:
    def leavers(letters: int) -> int:
        state = district()
        enliven(state, now=NOW)
        before = len(state.unsubscribed[1])
        for number in range(letters):
            write_to_network(state, number=9001 + number, when=NOW + timedelta(days=number))
            state.settle(NOW + timedelta(days=number + 1))
        state.settle(NOW + timedelta(days=letters + 5))
        return len(state.unsubscribed[1]) - before

    assert leavers(12) > 3 * max(1, leavers(2))


def test_further_lines_get_less_attention_and_likings_count() -> None:
    state, temper = district(), Temper()
    event = open_event(state)
    liking = state.activities[event.activity or 0].title
    tag = next(t for t in state.tags.values() if t.title == f"Vill: {liking}")
    person = state.people[state.members(1)[5]]
    tag.people.pop(person.id, None)
    plain = chance_of_signing_up(state, person, event, temper)
    assert chance_of_signing_up(state, person, event, temper, line=1) < plain
    tag.people[person.id] = None
    assert chance_of_signing_up(state, person, event, temper) > 2 * plain


def test_the_same_seed_gives_the_same_answers() -> None:
    def answers() -> Any:
        state = district()
        enliven(state, now=NOW)
        event = open_event(state)
        write_to_network(state, event)
        for hour in range(0, 72, 7):
            state.settle(NOW + timedelta(hours=hour))
        return event.responses, state.unsubscribed, sorted(event.participants)

    assert answers() == answers()
