"""What then happens, when its time comes: a letter opened, a place taken, an event held."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from zetkin_sync.demo.activists.truth import Temper
from zetkin_sync.demo.world.events import Event, Participation
from zetkin_sync.demo.world.state import State

_ZONE = ZoneInfo("Europe/Stockholm")
_SWEEP = timedelta(hours=6)
_MORE_THAN_NEEDED = 2


def _instant(wall: datetime) -> datetime:
    return wall.replace(tzinfo=_ZONE)


def open_letter(email: int, person: int, state: State, when: datetime) -> None:
    """A recipient opens an email."""
    record = state.emails.get(email)
    if record is not None and person in record.recipients:
        record.recipients[person].opened = record.recipients[person].opened or when


def click(link: int, person: int, state: State, when: datetime) -> None:
    """A recipient follows a link."""
    if link in state.links:
        state.links[link].clicks.setdefault(person, when)


def leave(organization: int, person: int, state: State, _when: datetime) -> None:
    """A recipient wants no more letters."""
    state.unsubscribed.setdefault(organization, set()).add(person)


def do_task(task: int, person: int, state: State, when: datetime) -> None:
    """Somebody does what a task asks."""
    record = state.tasks.get(task)
    if record is not None and person in record.assigned:
        record.assigned[person].completed = record.assigned[person].completed or when


def sign_up(temper: Temper, number: int, person: int, state: State, when: datetime) -> None:
    """Somebody signs up, unless the event is off, over, or at the same time as another promise."""
    event = state.events.get(number)
    if event is None or person not in state.people or not _is_on(event, when):
        return
    if person in event.responses or person in event.participants or _is_busy(state, person, event):
        return
    event.responses[person] = when
    dice = state.dice("book", number, person)
    if dice.random() < temper.booked:
        state.later(when + timedelta(hours=dice.uniform(2, 20)), partial(_book, number, person))


def _is_on(event: Event, when: datetime) -> bool:
    """Is it public, not called off, and still ahead?"""
    if event.published is None or _instant(event.starts) <= when:
        return False
    return event.cancelled is None or event.cancelled < event.published


def _is_busy(state: State, person: int, event: Event) -> bool:
    """Is the person promised to another event at the same time?"""
    return any(
        other.id != event.id
        and person in other.participants
        and other.participants[person].cancelled is None
        and other.starts < event.ends
        and event.starts < other.ends
        for other in state.events.values()
    )


def _book(number: int, person: int, state: State, when: datetime) -> None:
    """An organizer of the association books who signed up, as long as there is room."""
    event = state.events.get(number)
    if event is None or person not in event.responses or not _is_on(event, when):
        return
    if event.available < event.required + _MORE_THAN_NEEDED:
        event.participants.setdefault(person, Participation())
        state.forget("event", number)


def begin(state: State, temper: Temper, now: datetime) -> None:
    """From now on, see every few hours which events are over."""
    state.later(now + _SWEEP, partial(_sweep, temper, now))


def _sweep(temper: Temper, since: datetime, state: State, when: datetime) -> None:
    for event in state.events.values():
        if since < _instant(event.ends) <= when:
            _hold(state, temper, event, when)
    begin(state, temper, when)


def _hold(state: State, temper: Temper, event: Event, when: datetime) -> None:
    """The event is over: who came, and whether anybody wrote it down."""
    held = event.published is not None and (event.cancelled is None or event.cancelled < event.published)
    dice = state.dice("hold", event.id)
    if not held or dice.random() >= temper.recorded:
        return
    for booking in event.participants.values():
        fate = dice.random()
        if booking.cancelled is not None:
            continue
        if fate < temper.comes:
            booking.attended = when
        elif fate < temper.comes + temper.stays_away:
            booking.noshow = when
        else:
            booking.cancelled = when
    state.forget("event", event.id)
